"""Selectors inside objects: their form, and whether labels meet them. Pure."""

from __future__ import annotations

from pocket_openshift.resources.rules.validation import formats, object_meta
from pocket_openshift.vocabulary import selectors
from pocket_openshift.vocabulary.field_errors import (
    Causes,
    Object,
    each_invalid,
    forbidden,
    invalid,
    items,
    required,
)

MISMATCH = "`selector` does not match template `labels`"
_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")


def form(selector: Object | None, place: str) -> Causes:
    """The labels and expressions of a selector."""
    if selector is None:
        return
    yield from object_meta.of_labels(selector.get("matchLabels") or {}, f"{place}.matchLabels")
    for where, expression in items(selector, "matchExpressions", place):
        yield from _expression(expression, where)


def _expression(expression: Object, place: str) -> Causes:
    operator, values = expression.get("operator", ""), expression.get("values") or []
    if operator in ("In", "NotIn") and not values:
        why = "must be specified when `operator` is 'In' or 'NotIn'"
        yield required(f"{place}.values", why)
    elif operator in ("Exists", "DoesNotExist") and values:
        why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
        yield forbidden(f"{place}.values", why)
    elif operator not in _OPERATORS:
        yield invalid(f"{place}.operator", operator, "not a valid selector operator")
    key = expression.get("key", "")
    yield from each_invalid(f"{place}.key", key, formats.label_key(key))
    for where, value in items(expression, "values", place):
        yield from each_invalid(where, value, formats.label_value(value))


def is_empty(selector: Object) -> bool:
    """Whether a selector says nothing, and so selects everything."""
    return not selector.get("matchLabels") and not selector.get("matchExpressions")


def is_met(selector: Object | None, labels: Object) -> bool:
    """Whether these labels meet a selector; without one nothing does, an empty one all do.

    One that has no sense is not asked.
    """
    if selector is None:
        return False
    expressions = selector.get("matchExpressions") or ()
    if any(one.get("operator") not in _OPERATORS or not one.get("key") for one in expressions):
        return True
    return selectors.matches_labels(
        selectors.from_label_selector(selector), {"metadata": {"labels": labels}}
    )
