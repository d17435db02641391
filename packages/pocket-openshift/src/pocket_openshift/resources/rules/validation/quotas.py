"""ResourceQuotas: what they count, and by which scopes. Pure."""

from __future__ import annotations

from pocket_openshift.resources.rules.validation import amounts, formats, object_meta
from pocket_openshift.vocabulary.field_errors import (
    IMMUTABLE,
    Causes,
    Object,
    invalid,
    part,
    required,
)

_SCOPES = (
    "Terminating",
    "NotTerminating",
    "BestEffort",
    "NotBestEffort",
    "PriorityClass",
    "CrossNamespacePodAffinity",
    "VolumeAttributesClass",
)
_EXISTING = frozenset(_SCOPES) - {"PriorityClass", "VolumeAttributesClass"}
_PAIRS = (("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating"))
_OF_PODS = frozenset(
    {
        "pods",
        "cpu",
        "memory",
        "requests.cpu",
        "requests.memory",
        "limits.cpu",
        "limits.memory",
    }
)
_OPERATORS = (
    "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, "
    "ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, "
    "ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"
)


def of_new(quota: Object) -> Causes:
    """A quota."""
    yield from object_meta.of_new(quota, formats.dns_subdomain)
    yield from _spec(part(quota, "spec"))


def _spec(spec: Object) -> Causes:
    hard = part(spec, "hard")
    for name, value in sorted(hard.items()):
        where = f"spec.hard[{name}]"
        yield from amounts.quota_name(name, where)
        yield from amounts.amount(name, value, where)
    yield from _scopes(spec, sorted(hard))
    yield from _selector(spec, sorted(hard))


def is_scope_of(scope: str, resource: str) -> bool:
    """Whether a scope tells apart what a resource counts."""
    if scope == "BestEffort":
        return resource == "pods"
    if scope == "VolumeAttributesClass":
        return resource in ("persistentvolumeclaims", "requests.storage", "storage")
    return scope not in _SCOPES or resource in _OF_PODS


def _scopes(spec: Object, hard: list[str]) -> Causes:
    scopes = spec.get("scopes") or []
    for scope in scopes:
        if scope not in _SCOPES:
            yield invalid("spec.scopes", scopes, "unsupported scope")
        for name in hard:
            if name in amounts.QUOTA and not is_scope_of(scope, name):
                yield invalid("spec.scopes", scopes, "unsupported scope applied to resource")
    for pair in _PAIRS:
        if {*pair} <= {*scopes}:
            yield invalid("spec.scopes", scopes, "conflicting scopes")


def _selector(spec: Object, hard: list[str]) -> Causes:
    selector, where = part(spec, "scopeSelector"), "spec.scopeSelector.matchExpressions"
    for one in selector.get("matchExpressions") or ():
        scope, operator = one.get("scopeName", ""), one.get("operator", "")
        values = one.get("values") or []
        if scope not in _SCOPES:
            yield invalid(f"{where}.scopeName", scope, "unsupported scope")
        for name in hard:
            if name in amounts.QUOTA and not is_scope_of(scope, name):
                yield invalid(where, _internal(selector), "unsupported scope applied to resource")
        if scope in _EXISTING and operator != "Exists":
            yield invalid(f"{where}.operator", operator, _OPERATORS)
        if operator in ("In", "NotIn") and not values:
            why = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"
            yield required(f"{where}.values", why)
        elif operator in ("Exists", "DoesNotExist") and values:
            why = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"
            yield invalid(f"{where}.values", values, why)
        elif operator not in ("In", "NotIn", "Exists", "DoesNotExist"):
            yield invalid(f"{where}.operator", operator, "not a valid selector operator")


def _internal(selector: Object) -> Object:
    """As the server's own type is written."""
    names = {"ScopeName": "scopeName", "Operator": "operator", "Values": "values"}
    found = selector.get("matchExpressions") or ()
    return {"MatchExpressions": [{k: one.get(v) for k, v in names.items()} for one in found]}


def of_change(new: Object, old: Object) -> Causes:
    """A change of a quota: its scopes stay."""
    yield from object_meta.of_change(new, old)
    yield from _spec(part(new, "spec"))
    scopes = part(new, "spec").get("scopes") or []
    if {*scopes} != {*(part(old, "spec").get("scopes") or ())}:
        yield invalid("spec.scopes", scopes or None, IMMUTABLE)
