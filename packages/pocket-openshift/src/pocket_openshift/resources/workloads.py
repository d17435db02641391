"""Workloads: their pods are made, replaced, deleted.

They are Deployments, ReplicaSets, ReplicationControllers, StatefulSets and Jobs.
"""

from __future__ import annotations

import copy
import logging

from pocket_openshift.core import deletion, store
from pocket_openshift.core.behaviour import Behaviour, Call, Object, Plane, Reply
from pocket_openshift.http import verbs
from pocket_openshift.resources import event_records
from pocket_openshift.resources.rules import defaults, deployment_rules, replica_rules
from pocket_openshift.vocabulary import errors, identity, kinds, names, paths

log = logging.getLogger(__name__)
_PLANS = {
    "deployments.apps": deployment_rules.plan_deployment,
    "deploymentconfigs.apps.openshift.io": replica_rules.plan_replicas,
    "replicasets.apps": replica_rules.plan_replicas,
    "replicationcontrollers": replica_rules.plan_replicas,
    "statefulsets.apps": replica_rules.plan_ordered,
    "jobs.batch": replica_rules.plan_job,
}
_CHILDREN = {"deployments.apps": "replicasets.apps"}  # of all others: pods
_CLAIMS = "persistentvolumeclaims"
_SCALED = tuple(resource for resource in _PLANS if resource != "jobs.batch")
_COMPONENTS = {
    "Deployment": "deployment-controller",
    "ReplicaSet": "replicaset-controller",
    "ReplicationController": "replication-controller",
    "StatefulSet": "statefulset-controller",
    "Job": "job-controller",
}
# Each time a pod is refused (a quota, say) the controller waits twice as long, as a real one.
_FIRST_RETRY, _LAST_RETRY = 0.5, 60.0
CONTROLLER = identity.User(
    "system:serviceaccount:kube-system:workload-controller", (identity.MASTERS,)
)


class Workloads(Behaviour):
    """The controllers. A workload is looked at when it changes or one of its pods does."""

    resources = (*_PLANS, "pods")

    def __init__(self, plane: Plane) -> None:
        super().__init__(plane)
        self._patience: dict[str, float] = {}

    def started(self) -> None:
        """Look at the workloads of a cluster that was kept."""
        for resource in _PLANS:
            for workload in self.store.select(resource):
                self._act(workload["metadata"]["uid"])

    def default(self, call: Call, obj: Object, old: Object | None) -> None:
        """Fill in what the object leaves out."""
        if call.kind.resource in _PLANS:
            spec = obj["spec"] = obj.get("spec") or {}
            _default(call.kind.resource, spec)
            if old is None:
                obj.setdefault("status", {})

    def changed(self, change: store.Change) -> None:
        """React to what was committed."""
        if change.kind.resource in _PLANS:
            if change.type == "DELETED":
                self._patience.pop(change.obj["metadata"]["uid"], None)
            elif change.old is None or _asks(change.old) != _asks(change.obj):
                self._act(change.obj["metadata"]["uid"])
        for ref in change.obj["metadata"].get("ownerReferences") or ():
            if ref.get("controller"):
                self._act(ref["uid"])

    def _act(self, uid: str) -> None:
        """Compare what is with what should be, and do the difference."""
        workload = self.store.by_uid(uid)
        kind = kinds.of_object(workload) if workload else None
        if workload is None or kind is None or kind.resource not in _PLANS:
            return
        if "deletionTimestamp" in workload["metadata"]:
            return
        child = kinds.named(_CHILDREN.get(kind.resource, "pods"))
        plan = _PLANS[kind.resource](workload, self._children_of(uid, child))
        self._resize(plan, workload)
        for name in plan.delete:
            found = self.store.find(child.resource, workload["metadata"]["namespace"], name)
            if found is not None:
                deletion.delete(self.store, child, found, deletion.Options())
                if child.resource == "pods":
                    self._say(workload, "SuccessfulDelete", f"Deleted pod: {name}")
        problem = self._create(plan, workload, child)
        self._show(kind, uid, plan, problem)

    def _children_of(self, uid: str, child: kinds.Kind) -> list[Object]:
        keys = [key for key in self.store.owned_by(uid) if key.resource == child.resource]
        return [found for found in (self.store.find(*key) for key in keys) if found is not None]

    def _resize(self, plan: replica_rules.Plan, workload: Object) -> None:
        """Give a Deployment's ReplicaSets their size and their annotations."""
        place = workload["metadata"]["namespace"]
        for name in sorted({*plan.scale, *plan.marks}):
            found = self.store.find("replicasets.apps", place, name)
            if found is None:
                continue
            metadata, spec = found["metadata"], found["spec"]
            wanted = plan.scale.get(name, spec["replicas"])
            notes = {**(metadata.get("annotations") or {}), **plan.marks.get(name, {})}
            generation = metadata.get("generation", 1) + (wanted != spec["replicas"])
            changed = store.with_metadata(found, annotations=notes, generation=generation)
            self.store.update(
                kinds.named("replicasets.apps"), {**changed, "spec": {**spec, "replicas": wanted}}
            )
            if wanted != spec["replicas"]:
                self._say_scaled(workload, name, spec["replicas"], wanted)

    def _say_scaled(self, workload: Object, name: str, old: int, new: int) -> None:
        word = "up" if new > old else "down"
        text = f"Scaled {word} replica set {name} from {old} to {new}"
        self._say(workload, "ScalingReplicaSet", text)

    def _create(self, plan: replica_rules.Plan, workload: Object, child: kinds.Kind) -> str:
        """Make the children that are missing; the sentence of what refused one, or ''."""
        place = workload["metadata"]["namespace"]
        for wanted in plan.create:
            made = copy.deepcopy(wanted)
            metadata = made["metadata"]
            if "generateName" in metadata:
                metadata["name"] = names.generated(metadata["generateName"])
            metadata["generation"] = 1
            try:
                for claim in replica_rules.claims_for(workload, made):
                    if not self.store.find(_CLAIMS, place, claim["metadata"]["name"]):
                        self._make(kinds.named(_CLAIMS), claim)
                self._make(child, made)
            except errors.StatusError as error:
                self._retry_later(workload)
                self._say(workload, "FailedCreate", f"Error creating: {error}", warning=True)
                return str(error)
            if child.resource == "pods":
                self._say(workload, "SuccessfulCreate", f"Created pod: {metadata['name']}")
            elif made["spec"]["replicas"]:
                self._say_scaled(workload, metadata["name"], 0, made["spec"]["replicas"])
        self._patience.pop(workload["metadata"]["uid"], None)
        return ""

    def _make(self, kind: kinds.Kind, obj: Object) -> None:
        """Create an object with all checks; a StatusError when it is refused."""
        place = obj["metadata"]["namespace"]
        target = paths.Target("create", kind.group, kind.version, kind.plural, place, kind=kind)
        verbs.create_object(self.plane, Call(CONTROLLER, target, kind), obj)

    def _say(self, about: Object, reason: str, text: str, *, warning: bool = False) -> None:
        """Tell people by an event; the same event again is counted."""
        component = _COMPONENTS.get(about["kind"], "workload-controller")
        event = event_records.make(about, reason, text, component=component, warning=warning)
        event_records.record(self.store, event)

    def _retry_later(self, workload: Object) -> None:
        uid = workload["metadata"]["uid"]
        seconds = self._patience.get(uid, _FIRST_RETRY)
        self._patience[uid] = min(_LAST_RETRY, seconds * 2)
        self.plane.call_later(seconds, lambda: self._act(uid))

    def _show(self, kind: kinds.Kind, uid: str, plan: replica_rules.Plan, problem: str) -> None:
        current = self.store.by_uid(uid)
        if current is None:
            return
        status = plan.status
        if problem and kind.resource != "jobs.batch":
            failure = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate"}
            conditions = [*status.get("conditions", ()), {**failure, "message": problem}]
            status = {**status, "conditions": conditions}
        if plan.revision:
            notes = current["metadata"].get("annotations") or {}
            notes = {**notes, deployment_rules.REVISION: plan.revision}
            current = store.with_metadata(current, annotations=notes)
        self.store.update(kind, {**current, "status": status})

    def endpoints(self) -> dict:
        """The scale of each kind."""
        found: dict = {}
        for resource in _SCALED:
            found[f"get {resource}/scale"] = self.get_scale
            found[f"update {resource}/scale"] = self.set_scale
            found[f"patch {resource}/scale"] = self.set_scale
        return found

    def get_scale(self, call: Call) -> Reply:
        """How many pods a workload wants and has."""
        return Reply(_scale(verbs.current(self.plane, call)))

    def set_scale(self, call: Call) -> Reply:
        """Want another number of pods."""
        workload = verbs.current(self.plane, call)
        wanted = _wanted(call, _scale(workload))
        changed = copy.deepcopy({**workload, "spec": {**workload["spec"], "replicas": wanted}})
        call.target = paths.Target(
            "update",
            call.kind.group,
            call.kind.version,
            call.kind.plural,
            call.namespace,
            call.name,
            kind=call.kind,
        )
        return Reply(_scale(verbs.write(self.plane, call, workload, changed)))


def _asks(workload: Object) -> tuple[Object | None, Object | None]:
    """What of a workload its controller reads."""
    return workload.get("spec"), workload["metadata"].get("annotations")


def _wanted(call: Call, scale: Object) -> int:
    """The number of pods that a PUT or PATCH of a scale asks for; a 409 for a stale version."""
    asked = verbs.patched(call, scale) if call.target.verb == "patch" else call.body
    if not isinstance(asked, dict) or not isinstance(asked.get("spec") or {}, dict):
        raise errors.bad_request("the body of the request must be a Scale")
    said = (asked.get("metadata") or {}).get("resourceVersion")
    if said and said != scale["metadata"]["resourceVersion"]:
        raise errors.conflict(call.kind, call.name)
    wanted = (asked.get("spec") or {}).get("replicas", 0)
    if not isinstance(wanted, int) or isinstance(wanted, bool) or wanted < 0:
        raise errors.bad_request("spec.replicas must be a number that is not negative")
    return wanted


def _default(resource: str, spec: Object) -> None:
    if resource == "jobs.batch":
        defaults.fill_job(spec)
        return
    spec.setdefault("replicas", 1)
    if resource == "deployments.apps":
        rolling = {"maxSurge": "25%", "maxUnavailable": "25%"}
        strategy = spec.setdefault("strategy", {})
        if strategy.setdefault("type", "RollingUpdate") == "RollingUpdate":
            strategy.setdefault("rollingUpdate", rolling)
        spec.setdefault("revisionHistoryLimit", 10)
        spec.setdefault("progressDeadlineSeconds", 600)
    if resource == "statefulsets.apps":
        spec.setdefault("podManagementPolicy", "OrderedReady")
        update = {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}
        spec.setdefault("updateStrategy", update)
        spec.setdefault("revisionHistoryLimit", 10)
    defaults.fill_template(spec.get("template"))


def _scale(workload: Object) -> Object:
    metadata, spec = workload["metadata"], workload["spec"]
    selector = spec.get("selector") or {}
    labels = selector.get("matchLabels") or {}
    kept = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {name: metadata[name] for name in kept},
        "spec": {"replicas": spec.get("replicas", 1)},
        "status": {
            "replicas": workload.get("status", {}).get("replicas", 0),
            "selector": ",".join(f"{key}={value}" for key, value in sorted(labels.items())),
        },
    }
