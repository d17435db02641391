"""Resource quotas: what an object uses of them, whether a quota concerns it, whether it still fits.

Pure.

`resources/quotas` counts and refuses; the sentences are the real server's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from pocket_openshift.resources.rules import limit_rules, pod_rules
from pocket_openshift.vocabulary import kinds
from workshop_kube.rules import quantities

Usage = dict[str, Decimal]

_COUNTED = (
    *("configmaps", "persistentvolumeclaims", "pods", "replicationcontrollers"),
    *("resourcequotas", "secrets", "services"),
)
_POD_SCOPED = ("Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass")


def usage_of(kind: kinds.Kind, obj: Mapping[str, Any]) -> Usage:
    """What one object uses, by the names that quotas know."""
    used: Usage = {f"count/{kind.resource}": Decimal(1)}
    if kind.resource in _COUNTED and kind.resource != "pods":
        used[kind.resource] = Decimal(1)
    if kind.resource == "pods":
        used |= _pod_usage(obj)
    elif kind.resource == "services":
        used |= _service_usage(obj)
    elif kind.resource == "persistentvolumeclaims":
        used |= _claim_usage(obj)
    elif kind.resource == "imagestreams.image.openshift.io":
        used["openshift.io/imagestreams"] = Decimal(1)
    return used


def _pod_usage(pod: Mapping[str, Any]) -> Usage:
    if pod.get("status", {}).get("phase") in ("Succeeded", "Failed"):
        return {}
    requests, limits = limit_rules.pod_total(pod["spec"])
    used: Usage = {"pods": Decimal(1)}
    for name, value in requests.items():
        used[f"requests.{name}"] = quantities.parse(value)
        if name in ("cpu", "memory", "ephemeral-storage"):
            used[name] = quantities.parse(value)
    for name, value in limits.items():
        used[f"limits.{name}"] = quantities.parse(value)
    return used


def _service_usage(service: Mapping[str, Any]) -> Usage:
    spec = service.get("spec", {})
    ports = Decimal(len(spec.get("ports") or ()))
    if spec.get("type") == "NodePort":
        return {"services.nodeports": ports}
    if spec.get("type") == "LoadBalancer":
        return {"services.loadbalancers": Decimal(1), "services.nodeports": ports}
    return {}


def _claim_usage(claim: Mapping[str, Any]) -> Usage:
    spec = claim.get("spec", {})
    asked = (spec.get("resources", {}).get("requests") or {}).get("storage", 0)
    used = {"requests.storage": quantities.parse(asked)}
    storage_class = spec.get("storageClassName")
    if storage_class:
        prefix = f"{storage_class}.storageclass.storage.k8s.io"
        used[f"{prefix}/requests.storage"] = quantities.parse(asked)
        used[f"{prefix}/persistentvolumeclaims"] = Decimal(1)
    return used


def in_scope(quota: Mapping[str, Any], kind: kinds.Kind, obj: Mapping[str, Any]) -> bool:
    """Whether a quota's scopes take in this object; a quota with scopes of pods sees only pods."""
    spec = quota.get("spec", {})
    terms = [{"scopeName": name, "operator": "Exists"} for name in spec.get("scopes") or ()]
    terms += (spec.get("scopeSelector") or {}).get("matchExpressions") or []
    if not terms:
        return True
    return kind.resource == "pods" and all(_term_holds(term, obj) for term in terms)


def _term_holds(term: Mapping[str, Any], pod: Mapping[str, Any]) -> bool:
    spec, name = pod["spec"], term["scopeName"]
    ends = spec.get("activeDeadlineSeconds") is not None
    best_effort = pod_rules.qos_class(spec) == "BestEffort"
    plain = {
        "Terminating": ends,
        "NotTerminating": not ends,
        "BestEffort": best_effort,
        "NotBestEffort": not best_effort,
    }
    if name in plain:
        return plain[name]
    value, values = spec.get("priorityClassName"), term.get("values") or ()
    return {
        "In": value in values,
        "NotIn": value not in values,
        "Exists": bool(value),
        "DoesNotExist": not value,
    }.get(term.get("operator", "Exists"), False)


def hard_of(quota: Mapping[str, Any]) -> dict[str, Any]:
    """The bounds of a quota."""
    return quota.get("spec", {}).get("hard") or {}


def missing_in(quota: Mapping[str, Any], pod: Mapping[str, Any]) -> str:
    """The part of the sentence about bounds that a pod must say and does not.

    Empty when it says all.
    """
    found = []
    for bound in sorted(hard_of(quota)):
        field, _, name = bound.rpartition(".")
        if bound in ("cpu", "memory"):
            field, name = "requests", bound
        if field not in ("requests", "limits") or name not in ("cpu", "memory"):
            continue
        silent = [
            container["name"]
            for container in pod_rules.containers(pod["spec"])
            if name not in ((container.get("resources") or {}).get(field) or {})
        ]
        if silent:
            found.append(f"{bound} for: {','.join(silent)}")
    return "; ".join(found)


def add(one: Usage, other: Usage) -> Usage:
    """The sum of two usages."""
    return {name: one.get(name, Decimal(0)) + other.get(name, Decimal(0)) for name in one | other}


def subtract(one: Usage, other: Usage) -> Usage:
    """What `one` uses more than `other`."""
    return {name: one.get(name, Decimal(0)) - other.get(name, Decimal(0)) for name in one | other}


def total_used(quota: Mapping[str, Any], objects: Iterable[tuple[kinds.Kind, Mapping]]) -> Usage:
    """What the objects of a namespace use of one quota."""
    used: Usage = {}
    for kind, obj in objects:
        if in_scope(quota, kind, obj):
            used = add(used, usage_of(kind, obj))
    return used


def render_used(quota: Mapping[str, Any], used: Usage) -> dict[str, str]:
    """`status.used`: an amount for each bound, written like the bound."""
    return {name: _render(name, used.get(name, Decimal(0))) for name in hard_of(quota)}


def _render(name: str, value: Decimal) -> str:
    return quantities.render(
        value, binary=name.rpartition(".")[2] in ("memory", "storage", "ephemeral-storage")
    )


def problem_with_request(quota: Mapping[str, Any], used: Usage, more: Usage) -> str | None:
    """Why so much more does not fit; None when it does."""
    hard = hard_of(quota)
    over = [
        name
        for name in sorted(hard)
        if more.get(name, 0) > 0
        and used.get(name, Decimal(0)) + more[name] > quantities.parse(hard[name])
    ]
    if not over:
        return None
    asked = ",".join(f"{name}={_render(name, more[name])}" for name in over)
    spent = ",".join(f"{name}={_render(name, used.get(name, Decimal(0)))}" for name in over)
    bound = ",".join(f"{name}={hard[name]}" for name in over)
    name = quota["metadata"]["name"]
    return f"exceeded quota: {name}, requested: {asked}, used: {spent}, limited: {bound}"
