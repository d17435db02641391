"""Claim, Secret and Service of a server, at a real API."""

from __future__ import annotations

import pytest

from workshop_kube import labels
from workshop_kube.errors import RefusedError
from workshop_spawner.model.errors import PermanentError
from workshop_spawner.start import server_objects


@pytest.fixture
def granted(site):
    """The hub's role with what these take."""
    path = "/apis/rbac.authorization.k8s.io/v1/namespaces/workshops/roles/workshop-hub"
    role = site.as_admin(path)
    verbs = ["get", "create", "delete"]
    resources = ["persistentvolumeclaims", "services", "secrets"]
    role["rules"].append({"apiGroups": [""], "resources": resources, "verbs": verbs})
    assert site.pocket.request("PUT", path, role).status == 200


def make(name="x", user="alice", owner=None, kind="Secret", **more):
    metadata = {
        "name": name,
        "namespace": "workshops",
        "labels": {"app": "jupyterhub", "only": "here"},
        "annotations": {labels.USERNAME: user},
    }
    if owner:
        names = {key: owner["metadata"][key] for key in ("name", "uid")}
        metadata["ownerReferences"] = [{"apiVersion": "v1", "kind": "ConfigMap", **names}]
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, **more}


def make_claim(name):
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    return make(name, kind="PersistentVolumeClaim", spec=spec)


@pytest.mark.usefixtures("granted")
async def test_a_claim_is_made_once_and_found_by_its_older_name(site, kube):
    names = ["claim-new", "claim-old"]
    assert await server_objects.choose_claim(kube, "workshops", names) == "claim-new"
    site.pocket.apply(make_claim("claim-old"))
    assert await server_objects.choose_claim(kube, "workshops", names) == "claim-old"
    await server_objects.ensure_claim(kube, make_claim("claim-old"))
    await server_objects.ensure_claim(kube, make_claim("claim-new"))
    assert await server_objects.choose_claim(kube, "workshops", names) == "claim-new"


@pytest.mark.usefixtures("granted")
async def test_a_quota_that_is_full_with_the_claim_itself_is_no_trouble(site, kube):
    site.pocket.apply(make_claim("claim-old"))
    metadata = {"name": "full", "namespace": "workshops"}
    spec = {"hard": {"persistentvolumeclaims": "1"}}
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata, "spec": spec}
    site.pocket.apply(quota)
    await server_objects.ensure_claim(kube, make_claim("claim-old"))
    with pytest.raises(RefusedError, match="exceeded quota"):
        await server_objects.ensure_claim(kube, make_claim("claim-new"))


@pytest.mark.usefixtures("granted")
async def test_what_an_earlier_pod_had_is_replaced_and_what_is_anothers_is_not(site, kube):
    configs = "/api/v1/namespaces/workshops/configmaps"
    for name in ("one", "two"):  # in the place of pods
        site.pocket.apply(make(name, kind="ConfigMap"))
    one, two = (site.as_admin(f"{configs}/{name}") for name in ("one", "two"))
    await server_objects.replace(kube, make(owner=one))
    await server_objects.replace(kube, make(owner=one))
    await server_objects.replace(kube, make(owner=two))
    found = site.as_admin("/api/v1/namespaces/workshops/secrets/x")
    assert found["metadata"]["ownerReferences"][0]["uid"] == two["metadata"]["uid"]
    with pytest.raises(PermanentError):
        await server_objects.replace(kube, make(user="bob", owner=one))


def test_what_is_found_by_labels_has_those_of_the_pod():
    pod = {"metadata": {"labels": {"app": "intro", "class": "session"}}}
    service = make(spec={"selector": {"app": "jupyterhub", "component": "x"}, "ports": []})
    relabelled = server_objects.relabel(service, pod)
    assert relabelled["metadata"]["labels"] == {"app": "intro", "only": "here"}
    assert relabelled["spec"] == {"selector": {"app": "intro", "component": "x"}, "ports": []}
