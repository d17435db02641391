"""Pods: defaults, the account's token, what may change, binding to a node, eviction."""

from __future__ import annotations

import copy
from typing import Any

from pocket_openshift.core import deletion, store
from pocket_openshift.core.behaviour import Behaviour, Call, Object, Reply
from pocket_openshift.resources.rules import pod_rules
from pocket_openshift.vocabulary import errors, kinds, names


class Pods(Behaviour):
    """Everything about pods that is not running them."""

    resources = ("pods",)

    def default(self, call: Call, obj: Object, old: Object | None) -> None:
        """Fill in what the object leaves out."""
        if old is None:
            self._default_new(call, obj)
        elif not call.target.subresource:
            pod_rules.fill_spec(obj["spec"])
        status = obj.get("status") or {}
        if status.get("podIP") and (old or {}).get("status", {}).get("podIP") != status["podIP"]:
            status["podIPs"] = [{"ip": status["podIP"]}]

    def _default_new(self, call: Call, obj: Object) -> None:
        spec = obj["spec"] = obj.get("spec") or {}
        self._use_priority(call, obj, spec)
        pod_rules.fill_spec(spec)
        if spec["terminationGracePeriodSeconds"] < 0:
            spec["terminationGracePeriodSeconds"] = 1
        self._use_account(call, obj, spec)
        pod_rules.add_tolerations(spec)
        obj["status"] = {"phase": "Pending", "qosClass": pod_rules.qos_class(spec)}

    def _use_priority(self, call: Call, obj: Object, spec: dict[str, Any]) -> None:
        """What the pod's class says, which must be there."""
        name = spec.get("priorityClassName")
        if not name or name in pod_rules.SYSTEM_PRIORITIES:
            value: int | None = pod_rules.SYSTEM_PRIORITIES.get(name or "", 0)
            policy = None
        else:
            found = self.store.find("priorityclasses.scheduling.k8s.io", "", name)
            if found is None:
                why = f"no PriorityClass with name {name} was found"
                raise errors.forbidden(call.kind, obj["metadata"].get("name", ""), why)
            value, policy = found.get("value", 0), found.get("preemptionPolicy")
        if spec.setdefault("priority", value) != value:
            why = (
                f"the integer value of priority ({spec['priority']}) must not be provided in pod "
                f"spec; priority admission controller computed {value} from the given "
                "PriorityClass name"
            )
            raise errors.forbidden(call.kind, obj["metadata"].get("name", ""), why)
        if policy:
            spec.setdefault("preemptionPolicy", policy)

    def _use_account(self, call: Call, obj: Object, spec: dict[str, Any]) -> None:
        place = obj["metadata"]["namespace"]
        name = spec.get("serviceAccountName") or spec.get("serviceAccount") or "default"
        spec["serviceAccountName"] = spec["serviceAccount"] = name
        account = self.store.find("serviceaccounts", place, name)
        if account is None:
            why = (
                f'error looking up service account {place}/{name}: serviceaccount "{name}" not '
                "found"
            )
            if self.store.find("namespaces", "", place) is None:
                raise errors.not_found(kinds.named("namespaces"), place)
            raise errors.forbidden(call.kind, obj["metadata"]["name"], why)
        if account.get("imagePullSecrets") and not spec.get("imagePullSecrets"):
            spec["imagePullSecrets"] = copy.deepcopy(account["imagePullSecrets"])
        wanted = spec.get("automountServiceAccountToken")
        if wanted is None:
            wanted = account.get("automountServiceAccountToken", True)
        if wanted:
            pod_rules.mount_token(spec, f"kube-api-access-{names.random_suffix()}")

    def endpoints(self) -> dict:
        """What is answered here instead of by the store."""
        return {
            "create pods/binding": self.bind,
            "create bindings": self.bind,
            "create pods/eviction": self.evict,
        }

    def bind(self, call: Call) -> Reply:
        """A scheduler puts a pod on a node."""
        kind, body = kinds.named("pods"), call.body or {}
        name = call.name or body.get("metadata", {}).get("name", "")
        pod = self.store.get(kind, call.namespace, name)
        node = (body.get("target") or {}).get("name", "")
        if not node:
            cause = errors.Cause("target.name", "FieldValueRequired", "Required value")
            raise errors.invalid_of("", "Binding", name, [cause])
        if pod["spec"].get("nodeName"):
            why = f'pod {name} is already assigned to node "{pod["spec"]["nodeName"]}"'
            raise errors.conflict(kinds.named("bindings"), name, why)
        if "deletionTimestamp" in pod["metadata"]:
            raise errors.conflict(
                kinds.named("bindings"),
                name,
                f"pod {name} is being deleted, cannot be assigned to a host",
            )
        self.store.update(kind, _scheduled(pod, node))
        return Reply(errors.make_success(), 201)

    def evict(self, call: Call) -> Reply:
        """An eviction is a delete; disruption budgets are not counted."""
        pod = self.store.get(call.kind, call.namespace, call.name)
        options = deletion.options_from({}, (call.body or {}).get("deleteOptions"))
        if not call.dry_run:
            deletion.delete(self.store, call.kind, pod, options)
        return Reply(errors.make_success(), 201)


def _scheduled(pod: Object, node: str) -> Object:
    condition = {
        "type": "PodScheduled",
        "status": "True",
        "lastProbeTime": None,
        "lastTransitionTime": store.now(),
    }
    status = pod.get("status", {})
    kept = [item for item in status.get("conditions") or () if item["type"] != "PodScheduled"]
    return {
        **pod,
        "spec": {**pod["spec"], "nodeName": node},
        "status": {**status, "conditions": [*kept, condition]},
    }
