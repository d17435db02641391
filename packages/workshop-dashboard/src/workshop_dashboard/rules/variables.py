"""The words that differ from one attendee to the next: `%name%` and `{{ name }}` in a page."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping

PERCENT = r"%(?P<percent>[A-Za-z][A-Za-z0-9_]+)%"
BRACES = r"\{\{\s*(?P<braces>[A-Za-z][A-Za-z0-9_]*)\s*\}\}"
PLACEHOLDER = re.compile(f"{PERCENT}|{BRACES}")
SIMPLE = re.compile(r"[A-Za-z]\w+")

# What stands for an empty value until the page is HTML: a word that no syntax changes.
UNSET = "0unset7value0"
NOT_SET = "(not set)"
# What is not closed reaches to the end, as in a browser; so no part of a page is read twice.
HTML_TAG = re.compile(
    r"""<!--.*?(?:-->|\Z)|<[a-z/!?](?:[^<>"']|"[^"]*(?:"|\Z)|'[^']*(?:'|\Z))*+(?:>|(?=<)|\Z)""",
    re.DOTALL | re.IGNORECASE,
)
CODE_TAG = re.compile(r"<(/?)(code|pre|script|style|textarea)\b", re.IGNORECASE)
# It is a word of its own, and no part of a path, an address or a name.
UNSET_WORD = re.compile(
    rf"(?<![^\s(\[\"'\u201c\u2018;]){UNSET}(?=(?:[.,;:!?)\]\"'\u201d\u2019]|&quot;|&#\d+;)*(?:\s|$))"
)

# Words that stand between braces in the templates of Go, Helm and `oc -o template`.
NOT_OURS = frozenset({"end", "else", "break", "continue", "nil", "true", "false"})
HEX_PAIR = re.compile(r"[0-9A-Fa-f]{2}")
MAX_VALUE = 4096


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put the values in place of their names; a name without a value stays as it is written.

    A value never adds a line: line breaks in it become spaces, so that it cannot end a code
    block or begin another, and the lines of the page keep their numbers.
    """
    return _fill(f"{PERCENT}|{BRACES}", text, values)


def fill_percent(text: str, values: Mapping[str, str]) -> str:
    """Do the same for `%name%` only, as the original did; `{{ name }}` is left alone."""
    return _fill(f"{PERCENT}(?P<braces>(?!))?", text, values)


@functools.lru_cache(maxsize=32)
def _compile(pattern: str, names: tuple[str, ...]) -> re.Pattern[str]:
    """Compile the pattern for names that are no words of one kind of letters, too."""
    special = "|".join(re.escape(name) for name in names)
    return re.compile(
        pattern.replace("(?P<percent>", f"(?P<percent>{special}|") if names else pattern
    )


def _fill(pattern: str, text: str, values: Mapping[str, str]) -> str:
    names = sorted(name for name in values if not SIMPLE.fullmatch(name) and name)

    def value_of(match: re.Match[str]) -> str:
        name = _name(match)
        if name not in values:
            return match[0]
        return " ".join(values[name][:MAX_VALUE].splitlines())

    return _compile(pattern, tuple(names)).sub(value_of, text)


def mark_unset(values: Mapping[str, str]) -> dict[str, str]:
    """Return the values with a mark in place of the empty ones, for `show_unset`."""
    return {name: value or UNSET for name, value in values.items()}


def show_unset(page: str) -> str:
    """Say in HTML where a sentence has an empty value as a word; elsewhere the mark is taken out.

    What is in a block, or in code beside other words, is for programs and stays empty.
    """
    if UNSET not in page:
        return page
    parts, end, around = [], 0, list[str]()
    for tag in HTML_TAG.finditer(page):
        parts += [_say_unset(page[end : tag.start()], around), tag[0].replace(UNSET, "")]
        end = tag.end()
        code = CODE_TAG.match(tag[0])
        if code and not code[1]:
            around.append(code[2].lower())
        elif code and around:
            around.pop()
    return "".join([*parts, _say_unset(page[end:], around)])


def _say_unset(text: str, around: list[str]) -> str:
    if not around or (around == ["code"] and text.strip() == UNSET):
        text = UNSET_WORD.sub(NOT_SET, text)
    return text.replace(UNSET, "")


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
