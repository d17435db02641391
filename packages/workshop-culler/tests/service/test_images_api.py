"""Which nodes have the images, asked of a cluster."""

import pytest

from workshop_culler.rules import node_images
from workshop_culler.service.images_api import find_images
from workshop_kube.errors import KubeError

PODS = "/api/v1/namespaces/workshops/pods"


def add_pod(cluster, node, app="lab", **status):
    """A pod of the pre-pull, as a DaemonSet makes it, and as its node tells of it."""
    name = f"{app}-pre-pull-{node}"
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": "workshops",
            "labels": {"app": app, "component": "pre-pull"},
        },
        "spec": {
            "nodeName": node,
            "initContainers": [{"name": "session-image", "image": "lab:1"}],
            "containers": [{"name": "wait", "image": "pause:1"}],
        },
    }
    cluster.apply(pod)
    said = {"name": "session-image", "image": "lab:1", "imageID": "", "ready": False}
    told = {"phase": "Pending", "initContainerStatuses": [said | {"restartCount": 0} | status]}
    made = cluster.request("GET", f"{PODS}/{name}").body
    answer = cluster.request("PUT", f"{PODS}/{name}/status", made | {"status": told})
    assert answer.status == 200, answer.body


async def test_pods_of_the_pre_pull_tell_it_and_no_others(session_cluster):
    there = {"imageID": "sha256:1", "state": {"terminated": {"exitCode": 0}}}
    add_pod(session_cluster.cluster, "a", **there)
    add_pod(session_cluster.cluster, "b", state={"waiting": {"reason": "ErrImagePull"}})
    add_pod(session_cluster.cluster, "c", app="another", **there)
    session_cluster.add_session("ada", pod=True)
    async with session_cluster.client() as side:
        sweep = session_cluster.make_sweep(side, None)
        told = await find_images(sweep)
        missing = [{"node": "b", "state": "failed", "why": "it could not be pulled"}]
        assert told["nodes"] == ["a", "b"]
        assert told["images"] == [{"image": "lab:1", "nodes": 1, "missing": missing}]
        session_cluster.cluster.faults.add(verb="list", resource="pods", status=500, times=None)
        with pytest.raises(KubeError):
            await find_images(sweep)


async def test_nodes_without_a_pod_are_told_if_nodes_may_be_listed(session_cluster):
    there = {"imageID": "sha256:1", "state": {"terminated": {"exitCode": 0}}}
    add_pod(session_cluster.cluster, "a", **there)
    for name in ("a", "b"):
        node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}}
        session_cluster.cluster.apply(node | {"spec": {"unschedulable": True}})
    async with session_cluster.client() as side:
        sweep = session_cluster.make_sweep(side, None)
        assert (await find_images(sweep))["uncovered"] == [{"node": "b", "why": "cordoned"}]
        session_cluster.cluster.faults.add(verb="list", resource="nodes", status=403, times=None)
        told = await find_images(sweep)
        assert (told["uncovered"], told["notice"]) == ([], node_images.NOT_SEEN)
        assert told["nodes"] == ["a"]


async def test_where_nobody_knows_it_the_reason_is_told(session_cluster):
    async with session_cluster.client() as side:
        told = await find_images(session_cluster.make_sweep(side, None))
    assert (told["nodes"], told["images"], told["why"]) == ([], [], node_images.NO_PODS)
    assert (await find_images(None))["why"] == node_images.NO_CLUSTER
