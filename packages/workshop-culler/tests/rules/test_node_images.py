"""What the pods of the pre-pull tell of images and nodes."""

import pytest

from workshop_culler.rules import node_images
from workshop_culler.rules.node_images import NodeImage

RUNNING = {"state": {"running": {}}, "imageID": "sha256:1"}


def make(node, *statuses, waits=True, phase="Pending", **more):
    names = [f"image-{number}" for number in range(len(statuses))]
    init = [{"name": name, "image": f"example.com/{name}:1"} for name in names]
    said = [{"name": name, **one} for name, one in zip(names, statuses, strict=True) if one]
    spec = {"nodeName": node, "initContainers": init}
    spec["containers"] = [{"name": "wait", "image": "example.com/pause:1"}] if waits else []
    return {
        "metadata": more.pop("metadata", {}),
        "spec": spec | more.pop("spec", {}),
        "status": {"phase": phase, "initContainerStatuses": said} | more,
    }


def waiting(reason, message=""):
    return {"state": {"waiting": {"reason": reason, "message": message}}, "imageID": ""}


@pytest.mark.parametrize(
    ("status", "state", "why"),
    [
        (RUNNING, "present", ""),
        ({"state": {"terminated": {"exitCode": 0}}, "imageID": ""}, "present", ""),
        ({"state": {"terminated": {"exitCode": 1}}, "imageID": "x"}, "present", ""),
        (waiting("PodInitializing"), "pulling", ""),
        (waiting("ContainerCreating"), "pulling", ""),
        ({}, "pulling", ""),
        (waiting("ErrImagePull", "not\n found"), "failed", "it could not be pulled: not found"),
        (waiting("ImagePullBackOff"), "failed", "it could not be pulled"),
        (waiting("InvalidImageName"), "failed", "its name is not valid"),
        (waiting("ErrImagePull", "x" * 999), "failed", "it could not be pulled: " + "x" * 300),
    ],
)
def test_a_container_tells_how_far_its_image_is(status, state, why):
    (one,) = node_images.list_node_images([make("a", status)])
    assert one == NodeImage("a", "example.com/image-0:1", state, why)


def test_a_node_that_has_no_room_says_so_by_its_name():
    fields = [{"key": "metadata.name", "operator": "In", "values": ["a"]}]
    required = {"nodeSelectorTerms": [{"matchFields": fields}]}
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}
    pod = make(
        "",
        {},
        spec={"affinity": affinity},
        conditions=[{"type": "PodScheduled", "status": "False", "message": "Insufficient memory"}],
    )
    (one,) = node_images.list_node_images([pod])
    assert (one.node, one.state) == ("a", "failed")
    assert one.why == "no room on the node: Insufficient memory"


def test_what_goes_and_what_has_no_node_yet_tells_nothing():
    gone = make("a", RUNNING, metadata={"deletionTimestamp": "2026-12-01T09:00:00Z"})
    assert node_images.list_node_images([gone, make("", RUNNING), {}]) == []
    assert node_images.render_images([])["why"] == node_images.NO_PODS


def test_of_two_pods_the_better_news_counts():
    old, new = make("a", waiting("ErrImagePull")), make("a", RUNNING)
    for pods in ([old, new], [new, old]):
        (one,) = node_images.list_node_images(pods)
        assert one.state == "present"


def test_it_is_told_by_image_how_many_nodes_have_it_and_which_not():
    pods = [make("a", RUNNING, RUNNING), make("b", RUNNING, waiting("ErrImagePull"))]
    assert node_images.render_images(node_images.list_node_images(pods)) == {
        "nodes": ["a", "b"],
        "images": [
            {"image": "example.com/image-0:1", "nodes": 2, "missing": []},
            {
                "image": "example.com/image-1:1",
                "nodes": 1,
                "missing": [{"node": "b", "state": "failed", "why": "it could not be pulled"}],
            },
        ],
        "uncovered": [],
        "why": "",
        "notice": node_images.NOT_SEEN,
    }


@pytest.mark.parametrize(
    ("spec", "status", "why"),
    [
        ({}, {}, "left out by the node selector of the pre-pull, or new"),
        ({"unschedulable": True}, {}, "cordoned"),
        ({"taints": [{"key": "gpu", "value": "yes", "effect": "NoSchedule"}]}, {}, "gpu=yes:NoS"),
        ({"taints": [{"key": "gpu", "effect": "NoExecute"}]}, {}, "tainted gpu:NoExecute"),
        ({"taints": [{"key": "gpu", "effect": "PreferNoSchedule"}]}, {}, "left out"),
        ({}, {"conditions": [{"type": "Ready", "status": "Unknown"}]}, "not ready"),
        ({}, {"conditions": [{"type": "Ready", "status": "True"}]}, "left out"),
        ({}, {"conditions": [{"type": "DiskPressure", "status": "False"}]}, "left out"),
    ],
)
def test_why_no_pod_of_the_pre_pull_is_on_a_node(spec, status, why):
    assert why in node_images.find_obstacle({"spec": spec, "status": status})


def test_nodes_without_a_pod_are_named():
    nodes = [{"metadata": {"name": name}, "spec": {"unschedulable": True}} for name in "cab"]
    found = node_images.list_node_images([make("a", RUNNING)])
    told = node_images.render_images(found, nodes)
    assert [(one["node"], one["why"]) for one in told["uncovered"]] == [
        ("b", "cordoned"),
        ("c", "cordoned"),
    ]
    assert told["notice"] == ""
    assert node_images.render_images(found)["notice"] == node_images.NOT_SEEN
    assert node_images.render_images([], nodes)["uncovered"] == []
