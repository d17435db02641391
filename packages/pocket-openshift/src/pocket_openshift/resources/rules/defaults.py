"""What the API server fills into objects of kinds of which nothing else is known here.

Pure: changes the given object in place.

Pods, workloads and services have theirs beside what else they do.
"""

from __future__ import annotations

from typing import Any

from pocket_openshift.resources.rules import pod_rules

# Of pods, but not of templates: admission gives them.
_NOT_IN_TEMPLATES = ("priority", "preemptionPolicy", "enableServiceLinks")
_JOB = {
    "backoffLimit": 6,
    "completionMode": "NonIndexed",
    "manualSelector": False,
    "podReplacementPolicy": "TerminatingOrFailed",
    "suspend": False,
}
_CRON_JOB = {
    "concurrencyPolicy": "Allow",
    "failedJobsHistoryLimit": 1,
    "successfulJobsHistoryLimit": 3,
    "suspend": False,
}


def fill_template(template: dict[str, Any] | None) -> None:
    """A template of pods, as far as it is there."""
    pod = (template or {}).get("spec")
    if pod is None:
        return
    added = [name for name in _NOT_IN_TEMPLATES if name not in pod]
    pod_rules.fill_spec(pod)
    for name in added:
        pod.pop(name, None)


def fill_job(spec: dict[str, Any]) -> None:
    """The spec of a Job; one of these alone is a Job of one pod."""
    if "completions" not in spec and "parallelism" not in spec:
        spec["completions"] = 1
    spec.setdefault("parallelism", 1)
    for name, value in _JOB.items():
        spec.setdefault(name, value)
    fill_template(spec.get("template"))


def _cron_job(spec: dict[str, Any]) -> None:
    for name, value in _CRON_JOB.items():
        spec.setdefault(name, value)
    fill_template(((spec.get("jobTemplate") or {}).get("spec") or {}).get("template"))


def _daemon_set(spec: dict[str, Any]) -> None:
    strategy = spec.setdefault("updateStrategy", {})
    if strategy.setdefault("type", "RollingUpdate") == "RollingUpdate":
        rolling = strategy.setdefault("rollingUpdate", {})
        rolling.setdefault("maxSurge", 0)
        rolling.setdefault("maxUnavailable", 1)
    spec.setdefault("revisionHistoryLimit", 10)
    fill_template(spec.get("template"))


def _network_policy(spec: dict[str, Any]) -> None:
    spec.setdefault("podSelector", {})
    if not spec.get("policyTypes"):
        spec["policyTypes"] = ["Ingress", *(["Egress"] if spec.get("egress") else [])]
    for rule in [*(spec.get("ingress") or ()), *(spec.get("egress") or ())]:
        for port in rule.get("ports") or ():
            port.setdefault("protocol", "TCP")


def _autoscaler(spec: dict[str, Any]) -> None:
    spec.setdefault("minReplicas", 1)
    if not spec.get("metrics"):
        target = {"type": "Utilization", "averageUtilization": 80}
        spec["metrics"] = [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]


_FILLERS = {
    "cronjobs.batch": _cron_job,
    "daemonsets.apps": _daemon_set,
    "horizontalpodautoscalers.autoscaling": _autoscaler,
    "networkpolicies.networking.k8s.io": _network_policy,
}
_STATUS: dict[str, dict[str, Any]] = {
    "cronjobs.batch": {},
    "ingresses.networking.k8s.io": {"loadBalancer": {}},
}
KINDS = tuple({**_FILLERS, **_STATUS})


def fill(resource: str, obj: dict[str, Any]) -> None:
    """What an object of this kind leaves out."""
    if resource in _FILLERS:
        obj["spec"] = obj.get("spec") or {}
        _FILLERS[resource](obj["spec"])
    if resource in _STATUS:
        obj.setdefault("status", dict(_STATUS[resource]))
