"""Processing a template: values for its parameters, then the objects with the values in.

Pure but for the random values. The behaviour `templates` answers `processedtemplates` with it.
"""

from __future__ import annotations

import copy
import json
import re
import secrets
import string
from collections.abc import Mapping
from typing import Any

from pocket_openshift.vocabulary import legacy_kinds
from pocket_openshift.vocabulary.errors import Cause

_TEXT = re.compile(r"\$\{([a-zA-Z0-9_]+)\}")
_VALUE = re.compile(r"\$\{\{([a-zA-Z0-9_]+)\}\}")
_NAME = re.compile(r"[a-zA-Z0-9_]+")
_GENERATOR = re.compile(r"\[([a-zA-Z0-9\-\\]+)\]\{([0-9]+)\}")
_PART = re.compile(r"\\([wdaA])|([a-zA-Z0-9])-([a-zA-Z0-9])|([a-zA-Z0-9])")
_ALPHANUMERIC = string.ascii_letters + string.digits
_CLASSES = {
    "w": _ALPHANUMERIC + "_",
    "d": string.digits,
    "a": _ALPHANUMERIC,
    "A": "".join(sorted(set(string.punctuation))),
}
LONGEST = 255


class ExpressionError(ValueError):
    """A `from` expression that cannot generate anything."""


def _alphabet(ranges: str) -> str:
    r"""The characters that `a-zA-Z0-9` or `\w` stands for, each once."""
    found, end = [], 0
    for part in _PART.finditer(ranges):
        if part.start() != end:
            break
        end = part.end()
        found.append(_characters(part, ranges))
    if end != len(ranges):
        raise ExpressionError(f"malformed expression syntax: [{ranges}]")
    return "".join(dict.fromkeys("".join(found)))


def _characters(part: re.Match[str], ranges: str) -> str:
    name, first, last, single = part.groups()
    if name:
        return _CLASSES[name]
    if single:
        return single
    if first > last or not _same_sort(first, last):
        raise ExpressionError(f"invalid range specified: {first}-{last} in [{ranges}]")
    return "".join(chr(code) for code in range(ord(first), ord(last) + 1))


def _same_sort(first: str, last: str) -> bool:
    return any(
        first in sort and last in sort
        for sort in (string.ascii_lowercase, string.ascii_uppercase, string.digits)
    )


def generate(expression: str) -> str:
    """A random text for an expression such as `user-[a-z0-9]{4}`; raises ExpressionError."""

    def one(found: re.Match[str]) -> str:
        length = int(found[2])
        if not 1 <= length <= LONGEST:
            raise ExpressionError(f"range must be within [1-{LONGEST}] characters ({length})")
        alphabet = _alphabet(found[1])
        return "".join(secrets.choice(alphabet) for _ in range(length))

    return _GENERATOR.sub(one, expression)


def substitute(text: str, values: Mapping[str, str]) -> Any:
    """A text with `${NAME}` replaced.

    One that is `${{NAME}}` and nothing else becomes the JSON value instead.

    A name that is no parameter stays as it is, and so does the text of a value that is not JSON.
    """
    whole = _VALUE.fullmatch(text)
    if whole and whole[1] in values:
        value = values[whole[1]]
        try:
            return json.loads(value)
        except ValueError:
            return value
    return _TEXT.sub(lambda found: values.get(found[1], found[0]), text)


def fill(value: Any, values: Mapping[str, str]) -> Any:
    """An object with all its strings (and names of fields) substituted."""
    if isinstance(value, str):
        return substitute(value, values)
    if isinstance(value, list):
        return [fill(item, values) for item in value]
    if isinstance(value, dict):
        return {_name(name, values): fill(item, values) for name, item in value.items()}
    return value


def _name(name: str, values: Mapping[str, str]) -> str:
    return _TEXT.sub(lambda found: values.get(found[1], found[0]), name)


def _resolve(place: int, parameter: dict[str, Any]) -> Cause | None:
    """Give one parameter its value, in place; what is wrong with it if it cannot have one."""
    field, name = f"template.parameters[{place}]", parameter.get("name") or ""
    if not _NAME.fullmatch(name):
        text = f'Invalid value: "{name}": does not match ^[a-zA-Z0-9\\_]+$'
        return Cause(f"{field}.name", "FieldValueInvalid", text)
    if parameter.get("value"):
        return None
    way = parameter.get("generate")
    if way == "expression":
        try:
            parameter["value"] = generate(parameter.get("from") or "")
        except ExpressionError as error:
            text = f'Invalid value: "{parameter.get("from")}": {error}'
            return Cause(field, "FieldValueInvalid", text)
    elif way:
        text = f"Invalid value: \"{way}\": Unknown generator name '{way}' for parameter {name}"
        return Cause(field, "FieldValueInvalid", text)
    if parameter.get("required") and not parameter.get("value"):
        text = f"Required value: {field}: parameter {name} is required and must be specified"
        return Cause(field, "FieldValueRequired", text)
    return None


def _without_namespace(obj: dict[str, Any]) -> dict[str, Any]:
    """An object without a namespace written out; one that comes from a parameter stays."""
    metadata = obj.get("metadata")
    if not isinstance(metadata, dict) or "namespace" not in metadata:
        return obj
    namespace = metadata["namespace"]
    if isinstance(namespace, str) and _TEXT.search(namespace):
        return obj
    return {**obj, "metadata": {key: v for key, v in metadata.items() if key != "namespace"}}


def _finish(obj: object, labels: Mapping[str, str]) -> object:
    """An object with the group of its kind, if it was written without, and the labels."""
    if not isinstance(obj, dict):
        return obj
    made, metadata = legacy_kinds.add_group(obj), obj.get("metadata") or {}
    if not labels:
        return made
    return {
        **made,
        "metadata": {**metadata, "labels": {**(metadata.get("labels") or {}), **labels}},
    }


def process(template: Mapping[str, Any]) -> tuple[dict[str, Any], list[Cause]]:
    """A template with its parameters' values and its objects filled in.

    Beside it what is wrong with it, if anything.
    """
    made: dict[str, Any] = copy.deepcopy(dict(template))
    parameters = made.get("parameters") or []
    wrong = [cause for n, parameter in enumerate(parameters) if (cause := _resolve(n, parameter))]
    if wrong:
        return made, wrong
    values = {parameter["name"]: parameter.get("value") or "" for parameter in parameters}
    if made.get("message"):
        made["message"] = _name(made["message"], values)
    if made.get("labels"):
        made["labels"] = {_name(k, values): _name(v, values) for k, v in made["labels"].items()}
    made["objects"] = [
        _finish(fill(_without_namespace(obj), values), made.get("labels") or {})
        for obj in made.get("objects") or ()
    ]
    return made, []


def with_values(template: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    """A template with values given by a person.

    Raises KeyError with the name of a parameter that it does not have.
    """
    made: dict[str, Any] = copy.deepcopy(dict(template))
    parameters = {parameter["name"]: parameter for parameter in made.get("parameters") or ()}
    for name, value in given.items():
        parameters[name]["value"] = value
    return made
