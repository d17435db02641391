"""Edits of a file's lines: insert, replace, delete, select.

Lines count from 1. Each edit takes the block's options, its text, the file's text and what is
selected in it, and raises `EditError` where it cannot be made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class EditError(ValueError):
    """An edit that cannot be made; the message is a sentence that says why."""


@dataclass(frozen=True)
class Edit:
    """A file's text after an edit, and which part of it is selected then: (start, end)."""

    text: str
    selection: tuple[int, int] = (0, 0)


def _create(_options: Mapping[str, Any], new: str, _text: str, _at: tuple[int, int]) -> Edit:
    return Edit(_lines(new), (0, len(_lines(new))))


def _append(_options: Mapping[str, Any], new: str, text: str, _at: tuple[int, int]) -> Edit:
    return _insert(text, len(text), new)


def _prepend(_options: Mapping[str, Any], new: str, text: str, _at: tuple[int, int]) -> Edit:
    return _insert(text, 0, new)


def _before_line(options: Mapping[str, Any], new: str, text: str, _at: tuple[int, int]) -> Edit:
    return _insert(text, _start_of(text, _number(options, "line", 1)), new)


def _after_line(options: Mapping[str, Any], new: str, text: str, _at: tuple[int, int]) -> Edit:
    return _insert(text, _start_of(text, _number(options, "line", 1) + 1), new)


def _before_match(options: Mapping[str, Any], new: str, text: str, _at: tuple[int, int]) -> Edit:
    start, _ = _find(options, str(options.get("match", "")), text)
    return _insert(text, text.rfind("\n", 0, start) + 1, new)


def _after_match(options: Mapping[str, Any], new: str, text: str, _at: tuple[int, int]) -> Edit:
    _, end = _find(options, str(options.get("match") or options.get("text") or ""), text)
    return _insert(text, _end_of_line(text, end), new)


def _before_selection(
    _options: Mapping[str, Any], new: str, text: str, at: tuple[int, int]
) -> Edit:
    return _insert(text, text.rfind("\n", 0, at[0]) + 1, new)


def _after_selection(_options: Mapping[str, Any], new: str, text: str, at: tuple[int, int]) -> Edit:
    return _insert(text, _end_of_line(text, max(at[0], at[1] - 1)), new)


def _select(options: Mapping[str, Any], new: str, text: str, _at: tuple[int, int]) -> Edit:
    start, end = _find(options, new, text)
    if options.get("before") is None and options.get("after") is None:
        return Edit(text, (start, end))
    first = text.count("\n", 0, start) + 1 - _number(options, "before", 0)
    last = text.count("\n", 0, end) + 1 + _number(options, "after", 0)
    return Edit(text, (_start_of(text, first), _start_of(text, last + 1)))


def _select_lines(options: Mapping[str, Any], _new: str, text: str, _at: tuple[int, int]) -> Edit:
    return Edit(text, _range(options, text))


def _replace_selection(
    _options: Mapping[str, Any], new: str, text: str, at: tuple[int, int]
) -> Edit:
    if at == (0, 0):
        raise EditError("Nothing is selected in the file.")
    return Edit(text[: at[0]] + new + text[at[1] :], (at[0], at[0] + len(new)))


def _delete_selection(
    options: Mapping[str, Any], _new: str, text: str, at: tuple[int, int]
) -> Edit:
    return _replace_selection(options, "", text, at)


def _replace_match(options: Mapping[str, Any], new: str, text: str, _at: tuple[int, int]) -> Edit:
    start, end = _find(options, str(options.get("match") or options.get("text") or ""), text)
    return Edit(text[:start] + new + text[end:], (start, start + len(new)))


def _replace_lines(options: Mapping[str, Any], new: str, text: str, _at: tuple[int, int]) -> Edit:
    start, end = _range(options, text)
    return Edit(text[:start] + _lines(new) + text[end:], (start, start + len(_lines(new))))


def _delete_lines(options: Mapping[str, Any], _new: str, text: str, _at: tuple[int, int]) -> Edit:
    start, end = _range(options, text)
    return Edit(text[:start] + text[end:], (start, start))


def _delete_matching(
    options: Mapping[str, Any], _new: str, text: str, _at: tuple[int, int]
) -> Edit:
    match = str(options.get("match") or options.get("text") or "")
    first = text.count("\n", 0, _find(options, match, text)[0]) + 1
    last = first + max(_number(options, "count", 1), 1) - 1 + _number(options, "after", 0)
    start = _start_of(text, first - _number(options, "before", 0))
    return Edit(text[:start] + text[_start_of(text, last + 1) :], (start, start))


def _open(options: Mapping[str, Any], _new: str, text: str, _at: tuple[int, int]) -> Edit:
    line = _number(options, "line", 0)
    return Edit(text, (_start_of(text, line), _start_of(text, line + 1)) if line else (0, 0))


EDITS = {
    "open-file": _open,
    "create-file": _create,
    "append-lines-to-file": _append,
    "prepend-lines-to-file": _prepend,
    "insert-lines-before-line": _before_line,
    "append-lines-after-line": _after_line,
    "insert-lines-after-line": _after_line,
    "insert-lines-before-match": _before_match,
    "append-lines-after-match": _after_match,
    "append-lines-after-text": _after_match,
    "insert-lines-before-selection": _before_selection,
    "append-lines-after-selection": _after_selection,
    "select-matching-text": _select,
    "select-lines-in-range": _select_lines,
    "replace-text-selection": _replace_selection,
    "delete-text-selection": _delete_selection,
    "replace-matching-text": _replace_match,
    "replace-lines-in-range": _replace_lines,
    "delete-lines-in-range": _delete_lines,
    "delete-matching-lines": _delete_matching,
}
CREATING = frozenset({"create-file", "append-lines-to-file", "prepend-lines-to-file"})


def _lines(new: str) -> str:
    return new if not new or new.endswith("\n") else f"{new}\n"


def _insert(text: str, place: int, new: str) -> Edit:
    before = text[:place]
    if before and not before.endswith("\n"):
        before += "\n"
    return Edit(before + _lines(new) + text[place:], (len(before), len(before) + len(_lines(new))))


def _number(options: Mapping[str, Any], key: str, usual: int) -> int:
    given = str(options.get(key, "")).strip()
    return int(given) if re.fullmatch(r"\d{1,7}", given) else usual


def _start_of(text: str, line: int) -> int:
    """Return where line `line` (from 1) begins; behind the end for lines that are not there."""
    place = 0
    for _ in range(max(line, 1) - 1):
        end = text.find("\n", place)
        if end < 0:
            return len(text)
        place = end + 1
    return place


def _end_of_line(text: str, place: int) -> int:
    end = text.find("\n", place)
    return len(text) if end < 0 else end + 1


def _range(options: Mapping[str, Any], text: str) -> tuple[int, int]:
    start = _number(options, "start", 1)
    stop = _number(options, "stop", start)
    return _start_of(text, start), _start_of(text, stop + 1)


def _find(options: Mapping[str, Any], wanted: str, text: str) -> tuple[int, int]:
    """Find text or a pattern, within the lines `start` and before `stop` where these are given."""
    first = _start_of(text, _number(options, "start", 1))
    stop = _number(options, "stop", 0)
    last = _start_of(text, stop) if stop else len(text)
    if options.get("isRegex") == "true":
        return _find_pattern(options, wanted, text, first, last)
    place = text.find(wanted, first, last)
    if place < 0:
        raise EditError(f"The file does not hold {wanted!r}.")
    return place, place + len(wanted)


def _find_pattern(
    options: Mapping[str, Any], pattern: str, text: str, first: int, last: int
) -> tuple[int, int]:
    try:
        match = re.compile(pattern, re.MULTILINE).search(text, first, last)
        if match:
            return match.span(_number(options, "group", 0))
    except (re.error, IndexError) as error:
        raise EditError(f"{pattern!r} is no pattern: {error}.") from error
    raise EditError(f"The file holds nothing like {pattern!r}.")
