"""ReplicaSets and their kin: which pods they want, which must go, what their status says. Pure.

`resources/workloads` does what is decided here. Deployments, which have ReplicaSets, are in
`rollouts`; a DeploymentConfig owns its pods itself.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pocket_openshift.resources.rules import image_stream_rules

Object = dict[str, Any]
HASH_LABEL = "pod-template-hash"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do for one workload: children to make and to delete, the status to show.

    Those to delete are names. A Deployment's children have a size to `scale` and annotations
    (`marks`) by their name.
    """

    create: tuple[Object, ...]
    delete: tuple[str, ...]
    status: Object
    scale: Mapping[str, int] = field(default_factory=dict)
    marks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    revision: str = ""


def template_hash(workload: Mapping[str, Any]) -> str:
    """Ten characters that change when the pod template does.

    Fields that are null say nothing: some clients write them, some do not.
    """
    text = json.dumps(_said(workload["spec"].get("template") or {}), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def _said(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _said(item) for name, item in value.items() if item is not None}
    return [_said(item) for item in value] if isinstance(value, list) else value


def is_ready(pod: Mapping[str, Any]) -> bool:
    """Whether a pod says that it is ready."""
    conditions = pod.get("status", {}).get("conditions") or ()
    return any(c.get("type") == "Ready" and c.get("status") == "True" for c in conditions)


def is_alive(pod: Mapping[str, Any]) -> bool:
    """Whether a pod counts: neither ended nor being deleted."""
    ended = pod.get("status", {}).get("phase") in ("Succeeded", "Failed")
    return not ended and "deletionTimestamp" not in pod["metadata"]


def owner_reference(workload: Mapping[str, Any]) -> Object:
    """What a child says of the workload that controls it."""
    return {
        "apiVersion": workload["apiVersion"],
        "kind": workload["kind"],
        "name": workload["metadata"]["name"],
        "uid": workload["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def make_pod(
    workload: Mapping[str, Any], name: Mapping[str, str], labels: Mapping[str, str]
) -> Object:
    """A pod from the workload's template; `name` is its `name` or `generateName`."""
    template = copy.deepcopy(workload["spec"].get("template") or {})
    metadata = template.get("metadata") or {}
    made = {
        **{key: metadata[key] for key in ("annotations",) if metadata.get(key)},
        **name,
        "namespace": workload["metadata"]["namespace"],
        "labels": {**(metadata.get("labels") or {}), **labels},
        "ownerReferences": [owner_reference(workload)],
    }
    return {"metadata": made, "spec": template.get("spec") or {}}


def _wanted(workload: Mapping[str, Any]) -> int:
    replicas = workload["spec"].get("replicas")
    return 1 if replicas is None else int(replicas)


def plan_replicas(workload: Mapping[str, Any], pods: Sequence[Object]) -> Plan:
    """For ReplicaSets, ReplicationControllers and DeploymentConfigs: interchangeable pods.

    Where the template of a DeploymentConfig has changed, the new pods come first and the old ones
    go as they get ready; `Recreate` waits until the old ones are gone.
    """
    current, wanted = template_hash(workload), _wanted(workload)
    hashed = workload["kind"] == "DeploymentConfig"
    if hashed and image_stream_rules.has_missing_image(workload):
        return Plan((), (), replica_status(workload, [], [pod for pod in pods if is_alive(pod)]))
    alive = [pod for pod in pods if is_alive(pod)]
    new = [pod for pod in alive if not hashed or _hash_of(pod) == current]
    old = [pod for pod in alive if hashed and _hash_of(pod) != current]
    recreate = workload["spec"].get("strategy", {}).get("type") == "Recreate"
    labels = {HASH_LABEL: current} if hashed else {}
    prefix = f"{workload['metadata']['name']}-" + (f"{current}-" if hashed else "")
    missing = 0 if recreate and old else max(0, wanted - len(new))
    create = tuple(make_pod(workload, {"generateName": prefix}, labels) for _ in range(missing))
    surplus = sorted(new, key=is_ready)[: max(0, len(new) - wanted)]
    spare = len(old) if recreate else max(0, sum(map(is_ready, new)) + len(old) - wanted)
    gone = [pod["metadata"]["name"] for pod in [*surplus, *sorted(old, key=is_ready)[:spare]]]
    return Plan(create, tuple(gone), replica_status(workload, new, old))


def _hash_of(pod: Mapping[str, Any]) -> str:
    return (pod["metadata"].get("labels") or {}).get(HASH_LABEL, "")


def plan_ordered(workload: Mapping[str, Any], pods: Sequence[Object]) -> Plan:
    """For StatefulSets: pods named by number, made one after the other as they get ready."""
    name, wanted = workload["metadata"]["name"], _wanted(workload)
    by_name = {pod["metadata"]["name"]: pod for pod in pods}
    in_order = workload["spec"].get("podManagementPolicy") != "Parallel"
    create: list[Object] = []
    for number in range(wanted):
        pod = by_name.get(f"{name}-{number}")
        if pod is None:
            create.append(_make_numbered(workload, number))
        if in_order and (pod is None or not is_ready(pod)):
            break
    kept = {f"{name}-{number}" for number in range(wanted)}
    gone = tuple(
        n
        for n, pod in by_name.items()
        if "deletionTimestamp" not in pod["metadata"] and (n not in kept or not is_alive(pod))
    )
    alive = [pod for pod in pods if is_alive(pod)]
    return Plan(tuple(create), gone, replica_status(workload, alive, []))


def _make_numbered(workload: Mapping[str, Any], number: int) -> Object:
    name = f"{workload['metadata']['name']}-{number}"
    labels = {
        "apps.kubernetes.io/pod-index": str(number),
        "statefulset.kubernetes.io/pod-name": name,
    }
    pod = make_pod(workload, {"name": name}, labels)
    claims = workload["spec"].get("volumeClaimTemplates") or ()
    names = [claim["metadata"]["name"] for claim in claims]
    own = [one for one in pod["spec"].get("volumes") or () if one["name"] not in names]
    volumes = [
        {"name": claim, "persistentVolumeClaim": {"claimName": f"{claim}-{name}"}}
        for claim in names
    ]
    spec = {**pod["spec"], "hostname": name, **({"volumes": [*own, *volumes]} if claims else {})}
    if service := workload["spec"].get("serviceName"):
        spec["subdomain"] = service
    return {**pod, "spec": spec}


def claims_for(workload: Mapping[str, Any], pod: Mapping[str, Any]) -> list[Object]:
    """The claims that a StatefulSet's pod needs. They have no owner: they outlive the set."""
    labels = (workload["spec"].get("selector") or {}).get("matchLabels") or {}
    return [
        {
            "metadata": {
                "name": f"{claim['metadata']['name']}-{pod['metadata']['name']}",
                "namespace": workload["metadata"]["namespace"],
                "labels": {**(claim["metadata"].get("labels") or {}), **labels},
            },
            "spec": copy.deepcopy(claim.get("spec") or {}),
        }
        for claim in workload["spec"].get("volumeClaimTemplates") or ()
    ]


def replica_status(
    workload: Mapping[str, Any], new: Sequence[Object], old: Sequence[Object]
) -> Object:
    """The status of a workload by its pods."""
    ready, wanted = sum(map(is_ready, [*new, *old])), _wanted(workload)
    status: Object = {
        "observedGeneration": workload["metadata"].get("generation", 1),
        "replicas": len(new) + len(old),
        "updatedReplicas": len(new),
        "readyReplicas": ready,
        "availableReplicas": ready,
        "unavailableReplicas": max(0, wanted - ready),
    }
    status = {name: value for name, value in status.items() if value}
    if workload["kind"] == "DeploymentConfig":
        done = not old and sum(map(is_ready, new)) >= wanted
        status["conditions"] = progress(available=ready >= wanted, done=done)
    elif workload["kind"] == "ReplicaSet":
        status = {name: status[name] for name in _OF_A_SET if name in status}
    return status


_OF_A_SET = ("observedGeneration", "replicas", "readyReplicas", "availableReplicas")


def progress(*, available: bool, done: bool) -> list[Object]:
    """The conditions by which `kubectl rollout status` and `wait` judge."""
    enough = "MinimumReplicasAvailable" if available else "MinimumReplicasUnavailable"
    said = {
        "Available": (available, enough),
        "Progressing": (True, "NewReplicaSetAvailable" if done else "ReplicaSetUpdated"),
    }
    return [
        {"type": name, "status": str(state), "reason": reason}
        for name, (state, reason) in said.items()
    ]


def plan_job(job: Mapping[str, Any], pods: Sequence[Object]) -> Plan:
    """For Jobs: pods until enough have succeeded, or too many have failed."""
    spec = job["spec"]
    wanted, allowed = spec.get("completions", 1), spec.get("backoffLimit", 6)
    phases = [pod.get("status", {}).get("phase") for pod in pods]
    succeeded, failed = phases.count("Succeeded"), phases.count("Failed")
    active = sum(1 for pod in pods if is_alive(pod))
    status: Object = {"active": active, "succeeded": succeeded, "failed": failed}
    status = {name: value for name, value in status.items() if value}
    if succeeded >= wanted:
        return Plan((), (), {**status, "conditions": [_finished("Complete", "CompletionsReached")]})
    if failed > allowed:
        return Plan((), (), {**status, "conditions": [_finished("Failed", "BackoffLimitExceeded")]})
    missing = max(0, min(spec.get("parallelism", 1), wanted - succeeded) - active)
    name = job["metadata"]["name"]
    labels = {"job-name": name, "batch.kubernetes.io/job-name": name}
    made = tuple(make_pod(job, {"generateName": f"{name}-"}, labels) for _ in range(missing))
    return Plan(made, (), status)


def _finished(kind: str, reason: str) -> Object:
    return {"type": kind, "status": "True", "reason": reason}
