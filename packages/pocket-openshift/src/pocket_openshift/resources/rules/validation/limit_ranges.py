"""LimitRanges: bounds and defaults that agree with each other. Pure."""

from __future__ import annotations

from pocket_openshift.resources.rules.validation import amounts, formats, object_meta
from pocket_openshift.vocabulary.field_errors import (
    Causes,
    Object,
    duplicate,
    each_invalid,
    forbidden,
    invalid,
    items,
    part,
    required,
)
from workshop_kube.rules import quantities

_TYPES = ("Pod", "Container", "PersistentVolumeClaim")
_PARTS = ("max", "min", "default", "defaultRequest", "maxLimitRequestRatio")
# (the field that is blamed, its lesser, its greater, whose value is shown, the sentence)
_ORDER = (
    ("min", "min", "max", "min", "min value {} is greater than max value {}"),
    (
        "defaultRequest",
        "min",
        "defaultRequest",
        "defaultRequest",
        "min value {} is greater than default request value {}",
    ),
    (
        "defaultRequest",
        "defaultRequest",
        "max",
        "defaultRequest",
        "default request value {} is greater than max value {}",
    ),
    (
        "defaultRequest",
        "defaultRequest",
        "default",
        "defaultRequest",
        "default request value {} is greater than default limit value {}",
    ),
    ("default", "min", "default", "min", "min value {} is greater than default value {}"),
    ("default", "default", "max", "max", "default value {} is greater than max value {}"),
)


def of_new(found: Object) -> Causes:
    """A LimitRange; a change is looked at in the same way."""
    yield from object_meta.of_new(found, formats.dns_subdomain)
    seen: set[str] = set()
    for where, item in items(part(found, "spec"), "limits", "spec"):
        kind = item.get("type", "")
        yield from _type(kind, f"{where}.type")
        if kind in seen:
            yield duplicate(f"{where}.type", kind)
        seen.add(kind)
        yield from _names(item, kind, where)
        for name in sorted({key for one in _PARTS for key in part(item, one)}):
            yield from _order(item, name, where, kind)


def of_change(new: Object, old: Object) -> Causes:
    """A change of a LimitRange."""
    return of_new(new)


def _type(kind: str, place: str) -> Causes:
    wrong = formats.label_key(kind)
    yield from each_invalid(place, kind, wrong)
    if not wrong and "/" not in kind and kind not in _TYPES:
        yield invalid(place, kind, "must be a standard limit type or fully qualified")


def _names(item: Object, kind: str, place: str) -> Causes:
    check = amounts.container_name if kind in ("Pod", "Container") else amounts.name_form
    for one in _PARTS:
        if one == "default" and kind == "Pod":
            for field in ("default", "defaultRequest"):
                if item.get(field):
                    why = "may not be specified when `type` is 'Pod'"
                    yield forbidden(f"{place}.{field}", why)
        if kind == "Pod" and one.startswith("default"):
            continue
        if one == "maxLimitRequestRatio" and kind == "PersistentVolumeClaim":
            yield from _storage(item, place)
        for name in sorted(part(item, one)):
            yield from check(name, f"{place}.{one}[{name}]")


def _storage(item: Object, place: str) -> Causes:
    if "storage" not in part(item, "min") and "storage" not in part(item, "max"):
        why = "either minimum or maximum storage value is required, but neither was provided"
        yield required(f"{place}.limits", why)


def _order(item: Object, name: str, place: str, kind: str) -> Causes:
    given = {one: part(item, one).get(name) for one in _PARTS}
    if kind == "Pod":
        given |= {"default": None, "defaultRequest": None}
    for field, lesser, greater, shown, text in _ORDER:
        low, high = given[lesser], given[greater]
        if low is not None and high is not None and quantities.parse(low) > quantities.parse(high):
            where = f"{place}.{field}[{name}]"
            yield invalid(where, given[shown], text.format(low, high))
    yield from _ratio(given, f"{place}.maxLimitRequestRatio[{name}]")
    default, request = given["default"], given["defaultRequest"]
    if default and request and not amounts.may_overcommit(name) and default != request:
        why = f"default value {default} must equal to defaultRequest value {request} in {name}"
        yield invalid(f"{place}.defaultRequest[{name}]", request, why)


def _ratio(given: dict[str, str | None], place: str) -> Causes:
    ratio, low, high = (amounts.number(given[n]) for n in ("maxLimitRequestRatio", "min", "max"))
    shown = given["maxLimitRequestRatio"]
    if ratio is None:
        return
    if ratio < 1:
        yield invalid(place, shown, f"ratio {shown} is less than 1")
    if low and high is not None and ratio > high / low:
        why = f"ratio {shown} is greater than max/min = {float(high / low):f}"
        yield invalid(place, shown, why)
