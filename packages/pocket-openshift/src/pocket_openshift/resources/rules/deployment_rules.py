"""Deployments: which ReplicaSets they want, how large, and what their status says. Pure.

A ReplicaSet stands for one state of the pod template; `kubectl rollout history` and `undo` read its
revision. `resources/workloads` does what is decided here; the pods are the ReplicaSets' own.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from pocket_openshift.resources.rules import replica_rules

Object = dict[str, Any]
REVISION = "deployment.kubernetes.io/revision"
DESIRED = "deployment.kubernetes.io/desired-replicas"
CAUSE = "kubernetes.io/change-cause"
# In a ReplicaSet's status, as it is given to `plan_deployment`; `replicas` leaves these pods out.
TERMINATING = "terminatingReplicas"


def plan_deployment(deployment: Mapping[str, Any], sets: Sequence[Object]) -> replica_rules.Plan:
    """What to do for a Deployment that owns these ReplicaSets.

    The new template's pods come first and the old ones go as they get ready; `Recreate` waits until
    the old ones are gone; while it is paused only the number of pods follows.
    """
    alive = [one for one in sets if "deletionTimestamp" not in one["metadata"]]
    new = _current(deployment, alive)
    if new is None and deployment["spec"].get("paused"):
        return replica_rules.Plan(
            (), (), _status(deployment, None, alive), _sizes_paused(deployment, alive)
        )
    old = [one for one in alive if one is not new]
    revision = _revision(new, old)
    marks = _marks(deployment, revision)
    status = _status(deployment, new, old)
    if new is None:
        size = 0 if _recreates(deployment) and _has_pods(old) else _wanted(deployment)
        create: tuple[Object, ...] = (_make_set(deployment, size, marks),)
        sizes = dict.fromkeys(_names(old), 0) if _recreates(deployment) else {}
    else:
        create, sizes = (), _sizes(deployment, new, old)
    return replica_rules.Plan(
        create,
        _forgotten(deployment, old),
        status,
        scale={name: size for name, size in sizes.items() if size != _size_of(name, alive)},
        marks={} if new is None else {new["metadata"]["name"]: marks},
        revision=str(revision),
    )


def set_name(deployment: Mapping[str, Any]) -> str:
    """What the ReplicaSet of the present template is called."""
    return f"{deployment['metadata']['name']}-{replica_rules.template_hash(deployment)}"


def _current(deployment: Mapping[str, Any], sets: Sequence[Object]) -> Object | None:
    name = set_name(deployment)
    return next((one for one in sets if one["metadata"]["name"] == name), None)


def _wanted(deployment: Mapping[str, Any]) -> int:
    replicas = deployment["spec"].get("replicas")
    return 1 if replicas is None else int(replicas)


def _recreates(deployment: Mapping[str, Any]) -> bool:
    return bool(deployment["spec"].get("strategy", {}).get("type") == "Recreate")


def _names(sets: Sequence[Object]) -> list[str]:
    return [one["metadata"]["name"] for one in sets]


def _size(one: Mapping[str, Any]) -> int:
    return int(one["spec"].get("replicas", 0))


def _size_of(name: str, sets: Sequence[Object]) -> int:
    return next(_size(one) for one in sets if one["metadata"]["name"] == name)


def _count(one: Mapping[str, Any] | None, field: str) -> int:
    return int(one.get("status", {}).get(field, 0)) if one is not None else 0


def _pods(sets: Sequence[Object]) -> int:
    return sum(_count(one, "replicas") for one in sets)


def _has_pods(sets: Sequence[Object]) -> bool:
    """Whether there are pods, though they be about to end."""
    return any(_count(one, "replicas") or _count(one, TERMINATING) for one in sets)


def revision_of(one: Mapping[str, Any]) -> int:
    """The revision that a ReplicaSet says it is, 0 for none."""
    text = (one["metadata"].get("annotations") or {}).get(REVISION, "0")
    return int(text) if text.isdigit() else 0


def _revision(new: Object | None, old: Sequence[Object]) -> int:
    highest = max((revision_of(one) for one in old), default=0)
    return max(highest + 1, revision_of(new) if new is not None else 0)


def _marks(deployment: Mapping[str, Any], revision: int) -> dict[str, str]:
    cause = (deployment["metadata"].get("annotations") or {}).get(CAUSE)
    marks = {REVISION: str(revision), DESIRED: str(_wanted(deployment))}
    return {**marks, CAUSE: cause} if cause else marks


def _make_set(deployment: Mapping[str, Any], size: int, marks: Mapping[str, str]) -> Object:
    digest = replica_rules.template_hash(deployment)
    template = copy.deepcopy(deployment["spec"].get("template") or {})
    metadata = template.setdefault("metadata", {})
    labels = {**(metadata.get("labels") or {}), replica_rules.HASH_LABEL: digest}
    metadata["labels"] = labels
    selector = copy.deepcopy(deployment["spec"].get("selector") or {})
    selector["matchLabels"] = {
        **(selector.get("matchLabels") or {}),
        replica_rules.HASH_LABEL: digest,
    }
    spec = {"replicas": size, "selector": selector, "template": template}
    if seconds := deployment["spec"].get("minReadySeconds"):
        spec["minReadySeconds"] = seconds
    return {
        "metadata": {
            "name": set_name(deployment),
            "namespace": deployment["metadata"]["namespace"],
            "labels": labels,
            "annotations": dict(marks),
            "ownerReferences": [replica_rules.owner_reference(deployment)],
        },
        "spec": spec,
    }


def _sizes(deployment: Mapping[str, Any], new: Object, old: Sequence[Object]) -> dict[str, int]:
    wanted, name = _wanted(deployment), new["metadata"]["name"]
    if _recreates(deployment):
        size = _size(new) if _has_pods(old) else wanted
        return {**dict.fromkeys(_names(old), 0), name: size}
    room = max(0, wanted - min(wanted, _count(new, "readyReplicas")))
    sizes = {name: wanted}
    for one in sorted(old, key=revision_of, reverse=True):  # the oldest go first
        sizes[one["metadata"]["name"]] = min(_size(one), room)
        room -= sizes[one["metadata"]["name"]]
    return sizes


def _sizes_paused(deployment: Mapping[str, Any], sets: Sequence[Object]) -> dict[str, int]:
    """While paused with a template that has no set yet: the last set takes the number."""
    last = max(sets, key=revision_of, default=None)
    if last is None or _size(last) == _wanted(deployment):
        return {}
    return {last["metadata"]["name"]: _wanted(deployment)}


def _forgotten(deployment: Mapping[str, Any], old: Sequence[Object]) -> tuple[str, ...]:
    """Empty sets beyond `revisionHistoryLimit`, the oldest first."""
    limit = deployment["spec"].get("revisionHistoryLimit", 10)
    empty = [one for one in old if not _size(one) and not _count(one, "replicas")]
    surplus = max(0, len(empty) - int(limit))
    return tuple(_names(sorted(empty, key=revision_of)[:surplus]))


def _status(
    deployment: Mapping[str, Any], new: Object | None, old: Sequence[Object]
) -> dict[str, Any]:
    every = [*old, *([new] if new is not None else [])]
    ready = sum(_count(one, "readyReplicas") for one in every)
    numbers = {
        "observedGeneration": deployment["metadata"].get("generation", 1),
        "replicas": _pods(every),
        "updatedReplicas": _count(new, "replicas"),
        "readyReplicas": ready,
        "availableReplicas": ready,
        "unavailableReplicas": max(0, _wanted(deployment) - ready),
    }
    done = not _pods(old) and _count(new, "readyReplicas") >= _wanted(deployment)
    conditions = replica_rules.progress(available=ready >= _wanted(deployment), done=done)
    failures = [
        condition
        for condition in (new or {}).get("status", {}).get("conditions") or ()
        if condition["type"] == "ReplicaFailure"
    ]
    shown: dict[str, Any] = {name: value for name, value in numbers.items() if value}
    return {**shown, "conditions": [*conditions, *failures]}
