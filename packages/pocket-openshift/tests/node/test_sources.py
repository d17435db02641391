from datetime import UTC, datetime
from pathlib import Path

import pytest

from pocket_openshift.node import sources
from pocket_openshift.node.rules import volumes
from workshop_kube import errors

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "2Gi"}}}


@pytest.mark.parametrize(
    ("expiration", "seconds"), [("2026-01-01T01:00:00Z", 2880), ("2026-01-01T00:10:00Z", 480)]
)
def test_a_token_is_replaced_well_before_its_end(expiration, seconds):
    assert (sources.find_refresh(expiration, NOW) - NOW).total_seconds() == seconds


async def test_what_is_not_there_is_none_and_trouble_is_raised(ws, client):
    ws.apply("ConfigMap", "here", data={"a": "1"})
    needs = volumes.Needs(frozenset({"here", "gone"}), frozenset({"none"}), frozenset(), ())
    pod = {"metadata": {"namespace": "ws"}}
    found = await sources.fetch(client, pod, needs, {})
    assert found.config_maps["here"]["data"] == {"a": "1"}
    assert found.config_maps["gone"] is None
    assert found.secrets == {"none": None}
    ws.cluster.faults.add(verb="get", resource="secrets", times=None, status=500)
    with pytest.raises(errors.TemporaryError):
        await sources.fetch(client, pod, needs, {})


async def test_tokens_are_bound_to_the_pod(ws, client):
    pod = ws.run(["true"])
    wish = volumes.TokenWish("v", "token", "someone", 700)
    needs = volumes.Needs(frozenset(), frozenset(), frozenset(), (wish,))
    tokens, refresh = await sources.fetch_tokens(client, pod, needs)
    left = (refresh - datetime.now(UTC)).total_seconds()
    assert 500 < left < 570
    review = {"spec": {"token": tokens[wish], "audiences": ["someone"]}}
    review |= {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview"}
    answer = await client.create(review)
    extra = answer["status"]["user"]["extra"]
    assert extra["authentication.kubernetes.io/pod-uid"] == [pod["metadata"]["uid"]]


async def test_a_claim_is_bound_once(ws, client, tmp_path):
    ws.apply("PersistentVolumeClaim", "data", spec=CLAIM)
    names = frozenset({"data"})
    first = await sources.ensure_claims(client, tmp_path, "ws", names)
    assert first == await sources.ensure_claims(client, tmp_path, "ws", names)
    claim = ws.get("data", "persistentvolumeclaims").body
    assert claim["status"]["phase"] == "Bound"
    assert claim["status"]["capacity"] == {"storage": "2Gi"}
    assert first["data"].is_dir()


async def test_a_binding_that_was_cut_off_is_finished(ws, client, tmp_path):
    ws.apply("PersistentVolumeClaim", "data", spec=CLAIM)
    ws.cluster.faults.add(
        verb="patch", resource="persistentvolumeclaims/status", times=None, status=500
    )
    with pytest.raises(errors.TemporaryError):
        await sources.ensure_claims(client, tmp_path, "ws", frozenset({"data"}))
    ws.cluster.faults.clear()
    await sources.ensure_claims(client, tmp_path, "ws", frozenset({"data"}))
    assert ws.get("data", "persistentvolumeclaims").body["status"]["phase"] == "Bound"


async def test_a_claim_that_is_missing_is_named(client, tmp_path):
    with pytest.raises(volumes.MountError, match='persistentvolumeclaim "none" not found'):
        await sources.ensure_claims(client, tmp_path, "ws", frozenset({"none"}))


def test_a_volume_belongs_to_its_claim():
    claim = {"metadata": {"name": "d", "namespace": "ns", "uid": "u"}, "spec": {}}
    volume = sources.make_volume(claim, Path("/data"))
    assert volume["metadata"]["name"] == "pvc-u"
    assert volume["spec"]["claimRef"]["uid"] == "u"
    assert volume["spec"]["accessModes"] == ["ReadWriteOnce"]
