"""The words that differ from one attendee to the next: `%name%` and `{{ name }}` in a page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

PERCENT = r"%(?P<percent>[A-Za-z][A-Za-z0-9_]+)%"
BRACES = r"\{\{\s*(?P<braces>[A-Za-z][A-Za-z0-9_]*)\s*\}\}"
PLACEHOLDER = re.compile(f"{PERCENT}|{BRACES}")
PERCENT_ONLY = re.compile(f"{PERCENT}(?P<braces>(?!))?")

# A word between marks alone: a code span, emphasis. Empty marks would be shown as they are written.
MARKED = re.compile(rf"(?<![`*_])(?P<mark>`+|\*+|_+)(?:{PERCENT}|{BRACES})(?P=mark)(?![`*_])")
# What begins and ends a block whose text is for a program, in Markdown and in AsciiDoc.
FENCE = re.compile(r"\s*(```+|~~~+|----+|\.\.\.\.+|\+\+\+\++|////+)")
NOT_SET = "(not set)"

# Words that stand between braces in the templates of Go, Helm and `oc -o template`.
NOT_OURS = frozenset({"end", "else", "break", "continue", "nil", "true", "false"})
HEX_PAIR = re.compile(r"[0-9A-Fa-f]{2}")
MAX_VALUE = 4096


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put the values in place of their names; a name without a value stays as it is written.

    A value never adds a line: line breaks in it become spaces, so that it cannot end a code
    block or begin another, and the lines of the page keep their numbers.
    """
    return _fill(PLACEHOLDER, text, values)


def fill_percent(text: str, values: Mapping[str, str]) -> str:
    """Do the same for `%name%` only, as the original did; `{{ name }}` is left alone."""
    return _fill(PERCENT_ONLY, text, values)


def _fill(pattern: re.Pattern[str], text: str, values: Mapping[str, str]) -> str:
    def value_of(match: re.Match[str]) -> str:
        name = _name(match)
        if name not in values:
            return match[0]
        return " ".join(values[name][:MAX_VALUE].splitlines())

    return pattern.sub(value_of, text)


def mark_unset(text: str, values: Mapping[str, str], *, braces: bool = True) -> str:
    """Say so where emphasis or a code span is around a name alone whose value is empty.

    Blocks are left as they are: what is in them is for programs. Without `braces` only `%name%`
    is a name.
    """

    def say(match: re.Match[str]) -> str:
        is_ours = braces or match["percent"]
        return NOT_SET if is_ours and values.get(_name(match)) == "" else match[0]

    lines, fence = [], ""
    for line in text.splitlines(keepends=True):
        edge = FENCE.match(line)
        if edge and (not fence or (edge[1].startswith(fence) and line.strip() == edge[1])):
            fence = "" if fence else edge[1]
        is_block = bool(fence or edge or line.startswith(("    ", "\t")))
        lines.append(line if is_block else MARKED.sub(say, line))
    return "".join(lines)


def unknown_names(text: str, values: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """Yield (line from 1, name as written) for each placeholder that has no value.

    Left out is what only looks like one: percent-encoded characters of an address and the
    keywords of Go templates.
    """
    for number, line in enumerate(text.splitlines(), start=1):
        for match in PLACEHOLDER.finditer(line):
            name = _name(match)
            alike = name in NOT_OURS if match["braces"] else bool(HEX_PAIR.fullmatch(name))
            if name not in values and not alike:
                yield number, match[0]


def _name(match: re.Match[str]) -> str:
    return str(match["percent"] or match["braces"])
