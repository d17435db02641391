"""Which nodes have which images, as the pods of the pre-pull tell it.

Those run on each node once the image is there, so that nobody needs the right to look at nodes.
Where the culler has it, nodes without such a pod are told, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

PRESENT, PULLING, FAILED = "present", "pulling", "failed"
# Of the chart: what waits once the images are there.
WAITS = "wait"
# Reasons for which a container waits, in words; with any other one it is on its way.
FAILURES = {
    "ErrImagePull": "it could not be pulled",
    "ImagePullBackOff": "it could not be pulled",
    "InvalidImageName": "its name is not valid",
    "ErrImageNeverPull": "it may not be pulled",
    "ImageInspectError": "it cannot be read",
    "RegistryUnavailable": "its registry does not answer",
}
LONGEST = 300
NO_PODS = (
    "No pre-pull runs beside this hub: which nodes have the images is not known. "
    "The page of the day of an event says how to deploy it."
)
NO_CLUSTER = "The culler does not look at the cluster (clean_cluster), so this is not known."


NOT_SEEN = (
    "Nodes without a pre-pull are not known: it takes the right to list nodes, which is optional."
)
# Taints with which no pod without a toleration comes to a node.
KEEP_AWAY = frozenset({"NoSchedule", "NoExecute"})


@dataclass(frozen=True, slots=True)
class NodeImage:
    """One image on one node: present, on its way, or failed for a cause in words."""

    node: str
    image: str
    state: str
    why: str = ""


def list_node_images(pods: Iterable[Mapping[str, Any]]) -> list[NodeImage]:
    """What these pods tell, by node and image; of two that tell of one, the better news."""
    found: dict[tuple[str, str], NodeImage] = {}
    order = (PRESENT, PULLING, FAILED)
    for pod in pods:
        for one in _read_pod(pod):
            before = found.get((one.node, one.image))
            if before is None or order.index(one.state) < order.index(before.state):
                found[one.node, one.image] = one
    return [found[key] for key in sorted(found)]


def _read_pod(pod: Mapping[str, Any]) -> Iterator[NodeImage]:
    metadata, spec, status = (pod.get(part) or {} for part in ("metadata", "spec", "status"))
    node = spec.get("nodeName") or find_wanted_node(spec)
    if "deletionTimestamp" in metadata or not node:
        return
    for kind in ("initContainer", "container"):
        said = {one["name"]: one for one in status.get(f"{kind}Statuses") or ()}
        for container in spec.get(f"{kind}s") or ():
            if container["name"] != WAITS:
                state, why = decide_image(said.get(container["name"]) or {}, status)
                yield NodeImage(str(node), str(container["image"]), state, why)


def find_wanted_node(spec: Mapping[str, Any]) -> str:
    """The node that a pod of a DaemonSet is for, before it is there; empty where none is named."""
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or {}
    for term in required.get("nodeSelectorTerms") or ():
        for field in term.get("matchFields") or ():
            if field.get("key") == "metadata.name" and field.get("values"):
                return str(field["values"][0])
    return ""


def decide_image(container: Mapping[str, Any], pod: Mapping[str, Any]) -> tuple[str, str]:
    """How far the image of a container is (its status, and its pod's), and why not further."""
    state = container.get("state") or {}
    if container.get("imageID") or state.get("running") or state.get("terminated"):
        return PRESENT, ""
    waiting = state.get("waiting") or {}
    if why := FAILURES.get(waiting.get("reason", "")):
        said = " ".join(str(waiting.get("message") or "").split())[:LONGEST]
        return FAILED, f"{why}: {said}" if said else why
    for condition in pod.get("conditions") or ():
        if condition.get("type") == "PodScheduled" and condition.get("status") == "False":
            return FAILED, f"no room on the node: {str(condition.get('message') or '')[:LONGEST]}"
    return PULLING, ""


def find_uncovered(
    nodes: Iterable[Mapping[str, Any]], covered: Collection[str]
) -> list[dict[str, str]]:
    """The nodes on which no pod of the pre-pull is, and why that is, by name."""
    named = {str((node.get("metadata") or {}).get("name")): node for node in nodes}
    return [
        {"node": name, "why": find_obstacle(node)}
        for name, node in sorted(named.items())
        if name not in covered
    ]


def find_obstacle(node: Mapping[str, Any]) -> str:
    """Why a pod without tolerations does not come to a node; else that the pre-pull leaves it out.

    The DaemonSet controller tolerates what it does of a node that is not ready or cordoned:
    https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#taints-and-tolerations
    """
    spec, status = (node.get(part) or {} for part in ("spec", "status"))
    for taint in spec.get("taints") or ():
        if taint.get("effect") in KEEP_AWAY:
            value = f"={taint['value']}" if taint.get("value") else ""
            return f"tainted {taint.get('key')}{value}:{taint['effect']}"
    if spec.get("unschedulable"):
        return "cordoned"
    for condition in status.get("conditions") or ():
        if condition.get("type") == "Ready" and condition.get("status") != "True":
            return "not ready"
    return "left out by the node selector of the pre-pull, or new"


def render_images(
    found: Iterable[NodeImage], nodes: Iterable[Mapping[str, Any]] | None = None
) -> dict[str, Any]:
    """As JSON: the nodes, how many have each image, and what is missing where.

    `nodes` are those of the cluster; None where they may not be listed.
    """
    listed = list(found)
    covered = {one.node for one in listed}
    images = [
        {
            "image": image,
            "nodes": sum(one.image == image and one.state == PRESENT for one in listed),
            "missing": [
                {"node": one.node, "state": one.state, "why": one.why}
                for one in listed
                if one.image == image and one.state != PRESENT
            ],
        }
        for image in sorted({one.image for one in listed})
    ]
    return {
        "nodes": sorted(covered),
        "images": images,
        "uncovered": find_uncovered(nodes or (), covered) if listed else [],
        "why": NO_PODS if not listed else "",
        "notice": NOT_SEEN if listed and nodes is None else "",
    }
