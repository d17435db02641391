"""Pod Security admission: what a namespace's labels enforce, and what they warn of."""

from __future__ import annotations

from typing import Any

from pocket_openshift.core.behaviour import Behaviour, Call, Object
from pocket_openshift.resources.rules import pod_security
from pocket_openshift.resources.rules import pod_security_levels as levels
from pocket_openshift.vocabulary import errors

_WORKLOADS = (
    "replicationcontrollers",
    "podtemplates",
    "deployments.apps",
    "replicasets.apps",
    "statefulsets.apps",
    "daemonsets.apps",
    "jobs.batch",
    "cronjobs.batch",
)
_IGNORED_PARTS = ("attach", "binding", "eviction", "exec", "log", "portforward", "proxy", "status")


def _template_of(resource: str, obj: Object) -> dict[str, Any]:
    """The pod template of a workload, {} when it has none."""
    if resource == "podtemplates":
        return obj.get("template") or {}
    spec = obj.get("spec") or {}
    if resource == "cronjobs.batch":
        spec = (spec.get("jobTemplate") or {}).get("spec") or {}
    return spec.get("template") or {}


class PodSecurity(Behaviour):
    """Pods are refused, workloads warned of, labels checked. Nobody is exempt."""

    resources = ("namespaces", "pods", *_WORKLOADS)

    def validate(self, call: Call, obj: Object, old: Object | None) -> None:
        """Refuse what may not be."""
        if call.kind.resource == "namespaces":
            self._check_namespace(call, obj, old)
        elif call.kind.resource == "pods":
            self._check_pod(call, obj, old)
        elif not call.target.subresource:
            template = _template_of(call.kind.resource, obj)
            policy = self._policy(obj["metadata"]["namespace"])
            if template:
                self._warn(call, policy, template.get("metadata") or {}, template.get("spec") or {})

    def _policy(self, namespace: str) -> levels.Policy:
        found = self.store.find("namespaces", "", namespace)
        labels = (found or {"metadata": {}})["metadata"].get("labels") or {}
        return levels.policy_of(labels)[0]

    def _check_pod(self, call: Call, pod: Object, old: Object | None) -> None:
        if call.target.subresource in _IGNORED_PARTS:
            return
        if old is not None and not pod_security.is_significant(old, pod):
            return
        metadata, spec = pod["metadata"], pod.get("spec") or {}
        policy = self._policy(metadata["namespace"])
        if found := pod_security.violations(policy.enforce, metadata, spec):
            why = f"violates {pod_security.sentence(policy.enforce, found)}"
            raise errors.forbidden(call.kind, metadata["name"], why)
        self._warn(call, policy, metadata, spec)

    @staticmethod
    def _warn(call: Call, policy: levels.Policy, metadata: dict, spec: dict) -> None:
        if found := pod_security.violations(policy.warn, metadata, spec):
            call.warn(f"would violate {pod_security.sentence(policy.warn, found)}")

    def _check_namespace(self, call: Call, obj: Object, old: Object | None) -> None:
        if call.target.subresource:
            return
        policy, causes = levels.policy_of(obj["metadata"].get("labels") or {})
        before, known = levels.policy_of((old or {}).get("metadata", {}).get("labels") or {})
        if causes and (old is None or causes != known):
            raise errors.invalid(call.kind, obj["metadata"]["name"], causes)
        if old is not None:
            self._warn_of_pods(call, obj["metadata"]["name"], before.enforce, policy.enforce)

    def _warn_of_pods(
        self,
        call: Call,
        namespace: str,
        before: levels.LevelVersion,
        after: levels.LevelVersion,
    ) -> None:
        """Tell of pods that are there already and would be refused now; they stay."""
        stricter = levels.is_stricter(after.level, before.level)
        if before == after or (before.version == after.version and not stricter):
            return
        pods = self.store.select("pods", namespace)
        for text in pod_security.pods_that_violate(namespace, after, pods):
            call.warn(text)
