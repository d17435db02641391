"""How label selectors are written (`app=x,tier in (a,b),!old`), read as the API server does. Pure.

The grammar and the sentences are those of `k8s.io/apimachinery/pkg/labels`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

_TOKEN = re.compile(r"\s*(==|!=|[=!(),<>]|[^=!(),<>\s]+)")
_SYMBOLS = frozenset({"==", "!=", "=", "!", "(", ")", ",", "<", ">"})
_OPERATORS = ("in", "notin", "=", "==", "!=", ">", "<")
_WORDS = "in, notin, =, ==, !=, gt, lt"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One condition on a label: `op` is in, notin, exists, absent, gt or lt."""

    key: str
    op: str
    values: frozenset[str] = frozenset()


class _Parser:
    """The tokens of a selector, read from left to right; '' is the end."""

    def __init__(self, text: str) -> None:
        self._tokens = [*_TOKEN.findall(text), ""]
        self._at = 0

    def peek(self) -> str:
        return self._tokens[min(self._at, len(self._tokens) - 1)]

    def take(self) -> str:
        token = self.peek()
        self._at += 1
        return token

    def parse(self) -> list[Requirement]:
        found: list[Requirement] = []
        while word := self.peek():
            if not _is_word(word) and word != "!":
                raise ValueError(f"found '{word}', expected: !, identifier, or 'end of string'")
            found.append(self._requirement())
            end = self.take()
            if end not in ("", ","):
                raise ValueError(f"found '{end}', expected: ',' or 'end of string'")
            if end == "," and not (_is_word(self.peek()) or self.peek() == "!"):
                raise ValueError(f"found '{self.peek()}', expected: identifier after ','")
        return found

    def _requirement(self) -> Requirement:
        try:
            return self._condition()
        except ValueError as error:
            raise ValueError(f"unable to parse requirement: {error}") from error

    def _condition(self) -> Requirement:
        key = self.take()
        absent = key == "!"
        if absent:
            key = self.take()
        if not _is_word(key):
            raise ValueError(f"found '{key}', expected: identifier")
        _check("<nil>", key, _KEY, "name part")
        if absent or self.peek() in ("", ","):
            return Requirement(key, "absent" if absent else "exists")
        operator = self.take()
        if operator not in _OPERATORS:
            raise ValueError(f"found '{operator}', expected: {_WORDS}")
        values = self._list() if operator in ("in", "notin") else {self._exact()}
        for number, value in enumerate(sorted(values)):
            _check(f"values[{number}][{key}]", value, _VALUE, "")
        return _make(key, operator, values)

    def _exact(self) -> str:
        if self.peek() in ("", ","):
            return ""
        value = self.take()
        if not _is_word(value):
            raise ValueError(f"found '{value}', expected: identifier")
        return value

    def _list(self) -> set[str]:
        first = self.take()
        if first != "(":
            raise ValueError(f"found '{first}' expected: '('")
        found: set[str] = set()
        while (word := self.take()) != ")":
            if _is_word(word):
                found.add(word)
                if self.peek() not in (",", ")"):
                    raise ValueError(f"found '{self.peek()}', expected: ',' or ')'")
            elif word == ",":
                if not found or self.peek() in (",", ")"):
                    found.add("")
            else:
                raise ValueError(f"found '{word}', expected: ',', or identifier")
        return found


def _is_word(token: str) -> bool:
    return bool(token) and token not in _SYMBOLS


_NAME = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_SUBDOMAIN = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_KEY = re.compile(rf"({_SUBDOMAIN}/)?{_NAME}")
_VALUE = re.compile(f"({_NAME})?")
_RULE = (
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    "alphanumeric character (e.g. "
)
_TEXTS = {
    _KEY: f"name part {_RULE}'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    f"'{_NAME}')",
    _VALUE: f"a valid label must be an empty string or {_RULE[5:]}'MyValue',  or 'my_value',  or "
    f"'12345', regex used for validation is '({_NAME})?')",
}


def _check(place: str, text: str, form: re.Pattern[str], word: str) -> None:
    """ValueError for a key or value that no label can have."""
    long = len(text.rpartition("/")[2]) > 63
    why = [f"{word} must be no more than 63 bytes".strip()] if long else []
    if not form.fullmatch(text):
        why.append(_TEXTS[form])
    if why:
        raise ValueError(f"{place}: Invalid value: {json.dumps(text)}: {'; '.join(why)}")


def _make(key: str, operator: str, values: set[str]) -> Requirement:
    words = {"=": "in", "==": "in", "!=": "notin", ">": "gt", "<": "lt"}
    op = words.get(operator, operator)
    if op in ("gt", "lt") and not re.fullmatch("[-+]?[0-9]+", next(iter(values))):
        shown = next(iter(values))
        why = "for 'Gt', 'Lt' operators, the value must be an integer"
        raise ValueError(f"values[0]: Invalid value: {json.dumps(shown)}: {why}")
    return Requirement(key, op, frozenset(values))


def parse(text: str) -> tuple[Requirement, ...]:
    """A selector's conditions; ValueError for nonsense, with the server's sentence."""
    return tuple(_Parser(text).parse())
