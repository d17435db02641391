"""Where a pod may run: selectors of nodes, affinities, tolerations, spreading. Pure."""

from __future__ import annotations

from pocket_openshift.resources.rules.validation import formats, label_selectors
from pocket_openshift.vocabulary.field_errors import (
    NOT_POSITIVE,
    Causes,
    Object,
    duplicate,
    each_invalid,
    forbidden,
    invalid,
    items,
    not_supported,
    required,
)

_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
_ONE_VALUE = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"


def tolerations(spec: Object, place: str) -> Causes:
    """What a pod bears of a node."""
    for where, one in items(spec, "tolerations", place):
        key, operator = one.get("key", ""), one.get("operator", "")
        value, effect = one.get("value", ""), one.get("effect", "")
        if key:
            yield from each_invalid(f"{where}.key", key, formats.label_key(key))
        elif operator != "Exists":
            why = (
                "operator must be Exists when `key` is empty, which means "
                '"match all values and all keys"'
            )
            yield invalid(f"{where}.operator", operator, why)
        if one.get("tolerationSeconds") is not None and effect != "NoExecute":
            why = "effect must be 'NoExecute' when `tolerationSeconds` is set"
            yield invalid(f"{where}.effect", effect, why)
        yield from _operator(operator, value, f"{where}.operator")
        if effect and effect not in _EFFECTS:
            yield not_supported(f"{where}.effect", effect, _EFFECTS)


def _operator(operator: str, value: str, place: str) -> Causes:
    if operator in ("Equal", ""):
        wrong = formats.label_value(value)
        if wrong:
            yield invalid(place, value, ";".join(wrong))
    elif operator == "Exists":
        if value:
            yield invalid(place, value, "value must be empty when `operator` is 'Exists'")
    else:
        yield not_supported(place, operator, ("Equal", "Exists"))


def affinity(spec: Object, place: str) -> Causes:
    """Nodes and neighbours that a pod wants or avoids."""
    found = spec.get("affinity") or {}
    where = f"{place}.affinity"
    if found.get("nodeAffinity"):
        yield from _node_affinity(found["nodeAffinity"], f"{where}.nodeAffinity")
    for name in ("podAffinity", "podAntiAffinity"):
        if found.get(name):
            yield from _pod_affinity(found[name], f"{where}.{name}")


def _node_affinity(found: Object, place: str) -> Causes:
    wanted = found.get(_REQUIRED)
    if wanted is not None:
        where = f"{place}.{_REQUIRED}"
        if not wanted.get("nodeSelectorTerms"):
            why = "must have at least one node selector term"
            yield required(f"{where}.nodeSelectorTerms", why)
        for one, term in items(wanted, "nodeSelectorTerms", where):
            yield from _term(term, one, strict=True)
    for where, one in items(found, _PREFERRED, place):
        yield from _weight(one, where)
        yield from _term(one.get("preference") or {}, f"{where}.preference", strict=False)


def _weight(holder: Object, place: str) -> Causes:
    weight = holder.get("weight", 0)
    if not 0 < weight <= 100:
        yield invalid(f"{place}.weight", weight, "must be in the range 1-100")


def _term(term: Object, place: str, *, strict: bool) -> Causes:
    for where, one in items(term, "matchExpressions", place):
        yield from _node_expression(one, where, strict=strict)
    for where, one in items(term, "matchFields", place):
        if one.get("operator") not in ("In", "NotIn"):
            yield invalid(
                f"{where}.operator", one.get("operator", ""), "not a valid selector operator"
            )
        elif len(one.get("values") or ()) != 1:
            yield required(f"{where}.values", _ONE_VALUE)
        if one.get("key") != "metadata.name":
            yield invalid(f"{where}.key", one.get("key", ""), "not a valid field selector key")


def _node_expression(one: Object, place: str, *, strict: bool) -> Causes:
    operator, values = one.get("operator", ""), one.get("values") or []
    if operator in ("In", "NotIn"):
        if not values:
            why = "must be specified when `operator` is 'In' or 'NotIn'"
            yield required(f"{place}.values", why)
    elif operator in ("Exists", "DoesNotExist"):
        if values:
            why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            yield forbidden(f"{place}.values", why)
    elif operator in ("Gt", "Lt"):
        if len(values) != 1:
            why = "must be specified single value when `operator` is 'Lt' or 'Gt'"
            yield required(f"{place}.values", why)
    else:
        yield invalid(f"{place}.operator", operator, "not a valid selector operator")
    key = one.get("key", "")
    yield from each_invalid(f"{place}.key", key, formats.label_key(key))
    if strict:
        for where, value in items(one, "values", place):
            yield from each_invalid(where, value, formats.label_value(value))


def _pod_affinity(found: Object, place: str) -> Causes:
    for where, term in items(found, _REQUIRED, place):
        yield from _pod_term(term, where)
    for where, one in items(found, _PREFERRED, place):
        yield from _weight(one, where)
        yield from _pod_term(one.get("podAffinityTerm") or {}, f"{where}.podAffinityTerm")


def _pod_term(term: Object, place: str) -> Causes:
    for name in ("labelSelector", "namespaceSelector"):
        yield from label_selectors.form(term.get(name), f"{place}.{name}")
    for name in term.get("namespaces") or ():
        yield from each_invalid(f"{place}.namespace", name, formats.dns_label(name))
    key = term.get("topologyKey", "")
    if not key:
        yield required(f"{place}.topologyKey", "can not be empty")
    yield from each_invalid(f"{place}.topologyKey", key, formats.label_key(key))


def spreading(spec: Object, place: str) -> Causes:
    """How evenly pods are spread."""
    seen: set[tuple[str, str]] = set()
    for where, one in items(spec, "topologySpreadConstraints", place):
        skew, key = one.get("maxSkew", 0), one.get("topologyKey", "")
        action, known = one.get("whenUnsatisfiable", ""), ("DoNotSchedule", "ScheduleAnyway")
        if skew <= 0:
            yield invalid(f"{where}.maxSkew", skew, NOT_POSITIVE)
        if not key:
            yield required(f"{where}.topologyKey", "can not be empty")
        if action not in known:
            yield not_supported(f"{where}.whenUnsatisfiable", action, known)
        if (key, action) in seen:
            field = f"{where}.{{topologyKey, whenUnsatisfiable}}"
            yield duplicate(field, f"{{{key}, {action}}}")
        seen.add((key, action))
        yield from label_selectors.form(one.get("labelSelector"), f"{where}.labelSelector")
