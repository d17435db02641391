"""The pod that the state names, at a real API."""

from __future__ import annotations

import pytest

from workshop_spawner.start import recorded_pod

PODS = "/api/v1/namespaces/workshops/pods"
USERNAME = "hub.jupyter.org/username"


def apply(site, name, **annotations):
    metadata = {"name": name, "namespace": "workshops", "annotations": annotations}
    spec = {"containers": [{"name": "notebook", "image": "i"}]}
    site.pocket.apply({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
    return site.as_admin(f"{PODS}/{name}")["metadata"]["uid"]


async def test_only_the_recorded_one_is_found(site, kube):
    uid = apply(site, "ours")
    assert (await recorded_pod.find(kube, "workshops", "ours", uid))["metadata"]["uid"] == uid
    assert await recorded_pod.find(kube, "workshops", "ours", "another") is None
    assert await recorded_pod.find(kube, "workshops", "gone", uid) is None


async def test_without_a_uid_it_must_be_a_users_server(site, kube):
    apply(site, "theirs", **{USERNAME: "alice"})
    apply(site, "nobodys")
    assert await recorded_pod.find(kube, "workshops", "theirs", "")
    assert await recorded_pod.find(kube, "workshops", "nobodys", "") is None


async def test_it_is_removed_and_waited_for(site, kube):
    apply(site, "theirs", **{USERNAME: "alice"})
    found = await recorded_pod.find(kube, "workshops", "theirs", "")
    await recorded_pod.remove(kube, found, 0, 10)
    assert site.as_admin(f"{PODS}/theirs") is None


@pytest.mark.parametrize("uid", ["", "u"])
def test_what_is_recorded(uid):
    pod = {"metadata": {"uid": "u", "annotations": {USERNAME: "alice"}}}
    assert recorded_pod.is_recorded(pod, uid)
    assert not recorded_pod.is_recorded({"metadata": {"uid": "v"}}, uid)
