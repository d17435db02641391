"""Label and field selectors. Pure: a text becomes a function from an object to yes or no."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_NAME = "metadata.name"
Matcher = Callable[[Mapping[str, Any]], bool]

_SET = re.compile(r"^\s*(?P<key>[^\s,!=()]+)\s+(?P<op>in|notin)\s*\((?P<values>[^()]*)\)\s*$")
_PAIR = re.compile(r"^\s*(?P<key>[^\s,!=()]+)\s*(?P<op>==|!=|=)\s*(?P<value>[^\s,!=()]*)\s*$")
_EXISTS = re.compile(r"^\s*(?P<no>!?)\s*(?P<key>[^\s,!=()]+)\s*$")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One condition on a label: `op` is in, notin, exists or absent."""

    key: str
    op: str
    values: frozenset[str] = frozenset()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether these labels meet it. `notin` also holds where the label is missing."""
        value = labels.get(self.key)
        if self.op == "in":
            return value in self.values
        if self.op == "notin":
            return value not in self.values
        return (value is not None) == (self.op == "exists")


def _split(text: str) -> list[str]:
    """At commas outside parentheses."""
    parts, depth, start = [], 0, 0
    for index, char in enumerate(text):
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == "," and depth == 0:
            parts.append(text[start:index])
            start = index + 1
    return [*parts, text[start:]]


def _parse_one(text: str) -> Requirement:
    if found := _SET.match(text):
        values = frozenset(value.strip() for value in found["values"].split(","))
        return Requirement(found["key"], found["op"], values)
    if found := _PAIR.match(text):
        op = "notin" if found["op"] == "!=" else "in"
        return Requirement(found["key"], op, frozenset({found["value"]}))
    if found := _EXISTS.match(text):
        return Requirement(found["key"], "absent" if found["no"] else "exists")
    raise ValueError(f"unable to parse requirement: {text.strip()!r}")


def parse_labels(text: str) -> tuple[Requirement, ...]:
    """`app=x,user!=b,tier in (a,b),!old` as requirements; ValueError for nonsense."""
    return tuple(_parse_one(part) for part in _split(text)) if text.strip() else ()


def from_label_selector(selector: Mapping[str, Any] | None) -> tuple[Requirement, ...]:
    """The `matchLabels`/`matchExpressions` of a Deployment or NetworkPolicy as requirements."""
    selector = selector or {}
    pairs = [
        Requirement(key, "in", frozenset({value}))
        for key, value in (selector.get("matchLabels") or {}).items()
    ]
    operators = {"In": "in", "NotIn": "notin", "Exists": "exists", "DoesNotExist": "absent"}
    for item in selector.get("matchExpressions") or ():
        values = frozenset(item.get("values") or ())
        pairs.append(Requirement(item["key"], operators[item["operator"]], values))
    return tuple(pairs)


def matches_labels(requirements: tuple[Requirement, ...], obj: Mapping[str, Any]) -> bool:
    """Whether an object's labels meet all requirements."""
    labels = obj.get("metadata", {}).get("labels") or {}
    return all(requirement.matches(labels) for requirement in requirements)


def field_value(obj: Mapping[str, Any], path: str) -> str:
    """The text at a dotted path; what is missing is the empty text, as in the real server."""
    value: Any = obj
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def parse_fields(text: str) -> tuple[tuple[str, bool, str], ...]:
    """`metadata.name=a,status.phase!=Failed` as (path, equal?, value); ValueError for nonsense."""
    found = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        match = re.match(r"^(?P<path>[\w.\[\]/-]+)\s*(?P<op>==|!=|=)\s*(?P<value>.*)$", part)
        if match is None:
            raise ValueError(f"invalid field selector: {part!r}")
        found.append((match["path"], match["op"] != "!=", match["value"]))
    return tuple(found)


def only_name(fields: str) -> str | None:
    """The one name that a field selector asks for, or None when it may match several."""
    names = [value for path, equal, value in parse_fields(fields) if equal and path == _NAME]
    return names[0] if names else None


def make_matcher(labels: str, fields: str) -> Matcher | None:
    """One test for both selectors, or None when both are empty. ValueError for nonsense."""
    requirements, conditions = parse_labels(labels), parse_fields(fields)
    if not requirements and not conditions:
        return None

    def matches(obj: Mapping[str, Any]) -> bool:
        return matches_labels(requirements, obj) and all(
            (field_value(obj, path) == value) == equal for path, equal, value in conditions
        )

    return matches
