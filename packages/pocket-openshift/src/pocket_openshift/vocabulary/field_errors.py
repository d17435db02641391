"""What is wrong with a field, in the words of the API server. Pure.

Kubernetes' `field.Error`: a path, a type of error, the value that is wrong and why.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pocket_openshift.vocabulary.errors import Cause

Object = Mapping[str, Any]
Causes = Iterator[Cause]

IMMUTABLE = "field is immutable"
NOT_NEGATIVE = "must be greater than or equal to 0"
NOT_POSITIVE = "must be greater than zero"
# A pointer to nothing is shown as a text, a list or map that is not there as `null`.
NIL = "null"


def render(value: Any) -> str:
    """A value as Go writes it into an error: JSON without spaces."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def invalid(field: str, value: Any, why: str) -> Cause:
    """A value that cannot be, and why."""
    return Cause(field, "FieldValueInvalid", f"Invalid value: {render(value)}: {why}")


def required(field: str, why: str = "") -> Cause:
    """A field that must be there."""
    return Cause(field, "FieldValueRequired", "Required value" + (f": {why}" if why else ""))


def forbidden(field: str, why: str) -> Cause:
    """A field that must not be there, or not change."""
    return Cause(field, "FieldValueForbidden", f"Forbidden: {why}")


def duplicate(field: str, value: Any) -> Cause:
    """A value that must be there only once."""
    return Cause(field, "FieldValueDuplicate", f"Duplicate value: {render(value)}")


def not_found(field: str, value: Any) -> Cause:
    """A name of something that is not there."""
    return Cause(field, "FieldValueNotFound", f"Not found: {render(value)}")


def not_supported(field: str, value: Any, known: Iterable[str]) -> Cause:
    """A word that is none of those that the field knows."""
    words = ", ".join(render(word) for word in known)
    text = f"Unsupported value: {render(value)}: supported values: {words}"
    return Cause(field, "FieldValueNotSupported", text)


def too_long(field: str, limit: int) -> Cause:
    """More than fits; the limit is in bytes."""
    return Cause(field, "FieldValueTooLong", f"Too long: may not be more than {limit} bytes")


def each_invalid(field: str, value: Any, whys: Iterable[str]) -> Causes:
    """One cause for each reason why a value cannot be."""
    return (invalid(field, value, why) for why in whys)


def not_negative(holder: Object, name: str, place: str) -> Causes:
    """A number that may not be below zero, where it is given."""
    value = holder.get(name)
    if value is not None and value < 0:
        yield invalid(f"{place}.{name}", value, NOT_NEGATIVE)


def one_of(
    holder: Object, name: str, place: str, known: Iterable[str], *, needed: bool = False
) -> Causes:
    """A word that must be one of these, where it is given (or `needed`)."""
    value = holder.get(name) or ""
    if not value:
        if needed:
            yield required(f"{place}.{name}")
    elif value not in known:
        yield not_supported(f"{place}.{name}", value, known)


def unchanged(field: str, new: Any, old: Any) -> Causes:
    """A value that may not change."""
    if new != old and (new or old):
        yield invalid(field, new if new is not None else NIL, IMMUTABLE)


def at(place: str, name: str) -> str:
    """The path of a field below a place, which may be the object itself."""
    return f"{place}.{name}" if place else name


def items(holder: Object, name: str, place: str) -> Iterator[tuple[str, Any]]:
    """The items of a list, each with its path."""
    for number, item in enumerate(holder.get(name) or ()):
        yield f"{at(place, name)}[{number}]", item


def part(holder: Object, name: str) -> Object:
    """A part of an object, empty where it is not there."""
    found: Object = holder.get(name) or {}
    return found
