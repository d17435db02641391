"""Bare names are looked up in the cluster's ImageStreams, where it has any."""

from __future__ import annotations

import logging

import pytest

from workshop_kube import errors
from workshop_spawner.kube.facts import Facts
from workshop_spawner.start import image_streams

LOG = logging.getLogger("t")
ROLE = "/apis/rbac.authorization.k8s.io/v1/namespaces/workshops/roles/workshop-hub"
STREAMS = "/apis/image.openshift.io/v1/namespaces/workshops/imagestreams"
DIGEST = "sha256:" + "a" * 64
IMAGE = f"example.com/team/app@{DIGEST}"


def put_stream(site, tag="1.2"):
    """A stream as OpenShift shows it once its tag was imported."""
    stream = {
        "apiVersion": "image.openshift.io/v1",
        "kind": "ImageStream",
        "metadata": {"name": "app", "namespace": "workshops"},
        "spec": {
            "tags": [{"name": tag, "from": {"kind": "DockerImage", "name": "example.com/team/app"}}]
        },
    }
    site.pocket.apply(stream)
    status = {"tags": [{"tag": tag, "items": [{"dockerImageReference": IMAGE, "image": DIGEST}]}]}
    merge = {"Content-Type": "application/merge-patch+json"}
    path = f"{STREAMS}/app/status"
    answer = site.pocket.request("PATCH", path, {"status": status}, headers=merge)
    assert answer.body["status"]["tags"] == status["tags"], answer


@pytest.fixture
def reading(site):
    """The right that names of streams take beside those of the template."""
    role = site.as_admin(ROLE)
    rule = {"apiGroups": ["image.openshift.io"], "resources": ["imagestreams"], "verbs": ["get"]}
    role["rules"].append(rule)
    assert site.pocket.request("PUT", ROLE, role).status == 200
    return site


def asked(site):
    done = [(r.verb, r.resource) for r in site.pocket.requests]
    return done.count(("get", "imagestreams"))


async def test_a_streams_tag_is_found_and_not_asked_again_at_once(reading, kube):
    put_stream(reading)
    names = {"app:1.2", "example.com/other:1"}
    for _ in range(3):
        assert await image_streams.resolve(kube, "workshops", names, LOG) == {"app:1.2": IMAGE}
    assert asked(reading) == 1


async def test_after_a_while_it_is_asked_again(reading, kube, monkeypatch):
    monkeypatch.setattr(image_streams, "FRESH", 0)
    assert await image_streams.resolve(kube, "workshops", {"app:1.2"}, LOG) == {}
    put_stream(reading)
    assert await image_streams.resolve(kube, "workshops", {"app:1.2"}, LOG) == {"app:1.2": IMAGE}


async def test_what_is_no_stream_is_left_as_it_is(reading, kube):
    assert await image_streams.resolve(kube, "workshops", {"busybox", "example.com/a"}, LOG) == {}


async def test_names_with_a_registry_ask_nothing(site, kube):
    before = len(site.pocket.requests)
    assert await image_streams.resolve(kube, "workshops", {"example.com/team/app:1"}, LOG) == {}
    assert site.pocket.requests[before:] == []


async def test_without_the_right_the_name_is_taken_as_written_and_the_log_says_why(
    site, kube, caplog
):
    put_stream(site)
    assert await image_streams.resolve(kube, "workshops", {"app:1.2"}, LOG) == {}
    assert 'resources: ["imagestreams"]' in caplog.text


async def test_a_stream_without_images_is_told(reading, kube, caplog):
    put_stream(reading, tag="other")
    assert await image_streams.resolve(kube, "workshops", {"app:1.2"}, LOG) == {}
    assert "has no image of the tag 1.2" in caplog.text


@pytest.mark.parametrize("fault", [{"status": 500}, {"retry_after": 0}, {"drop": "before"}])
async def test_a_busy_cluster_is_asked_again(reading, kube, fault):
    put_stream(reading)
    seen = reading.pocket.faults.add(verb="get", resource="imagestreams", **fault)
    assert await image_streams.resolve(kube, "workshops", {"app:1.2"}, LOG) == {"app:1.2": IMAGE}
    assert seen.seen == 1


async def test_a_cluster_that_is_away_is_not_one_without_streams(reading, kube):
    put_stream(reading)
    reading.pocket.faults.add(resource="imagestreams", status=503, times=None)
    with pytest.raises(errors.TemporaryError):
        await image_streams.resolve(kube.within(0.3), "workshops", {"app:1.2"}, LOG)


class Plain:
    """A cluster that answers 404 for groups it does not have, as a plain Kubernetes does."""

    def __init__(self):
        self.facts = Facts()
        self.asked = 0

    async def has_api(self, version):
        assert version == "image.openshift.io/v1"
        self.asked += 1
        return False


async def test_a_plain_kubernetes_is_asked_once_for_the_api():
    plain = Plain()
    for _ in range(2):
        assert await image_streams.resolve(plain, "workshops", {"app:1.2"}, LOG) == {}
    assert plain.asked == 1


async def test_a_group_that_is_not_there(kube):
    assert await kube.has_api("image.openshift.io/v1")
    assert not await kube.has_api("no-such.example.com/v1")
