"""Tables in plain text, and the columns of the list of sessions."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from workshop_culler.rules import texts
from workshop_culler.rules.times import span
from workshop_kube.rules.times import find_time

SESSION_HEAD = ("WHO", "STATE", "LEFT", "ACTIVE", "PAGE", "TESTS", "HAND")
LONGEST_CELL = 60
WIDE = ("W", "F")


def measure(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(
        0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in WIDE)
        for c in text
    )


def clean_cell(text: object) -> str:
    """A cell in one line, without what would move the cursor, and not endlessly long."""
    line = texts.clean_line(str(text))
    return line if len(line) <= LONGEST_CELL else f"{line[: LONGEST_CELL - 1]}…"


def render_rows(rows: Sequence[Sequence[object]], widths: Sequence[int] = ()) -> list[str]:
    """Lines with the columns below each other, at least as wide as `widths`."""
    cells = [[clean_cell(each) or "-" for each in row] for row in rows]
    found = measure_columns(cells, widths)
    return [_render_line(row, found) for row in cells]


def _render_line(row: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell + " " * (width - measure(cell)) for cell, width in zip(row, widths, strict=True))
    return "  ".join(padded).rstrip()


def measure_columns(rows: Sequence[Sequence[object]], widths: Sequence[int] = ()) -> list[int]:
    """How wide each column is."""
    least = list(widths) or [0] * len(rows[0]) if rows else list(widths)
    return [
        max([least[i], *(measure(clean_cell(row[i]) or "-") for row in rows)])
        for i in range(len(least))
    ]


def name_session(row: Mapping[str, Any]) -> str:
    """A session in a word, as `extend` and `stop` take it."""
    user, server = str(row.get("user", "")), str(row.get("server") or "")
    return f"{user}/{server}" if server else user


def make_cells(row: Mapping[str, Any], now: datetime) -> tuple[str, ...]:
    """The columns of one session, by the service's time `now`."""
    hand = row.get("hand")
    return (
        name_session(row),
        str(row.get("state", "")),
        tell_left(find_time(row.get("ends")), now),
        tell_ago(find_time(row.get("last_activity")), now),
        str(row.get("page") or ""),
        tell_tests(row.get("tests")),
        (hand.get("text") or "raised") if hand else "",
    )


def tell_left(ends: datetime | None, now: datetime) -> str:
    """How much time is left."""
    if ends is None:
        return "no end"
    return span(ends - now) if ends > now else "ending"


def tell_ago(time: datetime | None, now: datetime) -> str:
    """How long ago something was."""
    return f"{span(now - time)} ago" if time else "never"


def tell_tests(tests: Mapping[str, Any] | None) -> str:
    """The tests of the notes in words."""
    if not tests:
        return ""
    failed = f", {tests['failed']} failed" if tests.get("failed") else ""
    return f"{tests.get('passed', 0)} passed{failed}"


def is_wanted(row: Mapping[str, Any], words: str, *, hands: bool = False) -> bool:
    """Whether a session is one of those that were asked for, as the page's Find has it."""
    if hands and not row.get("hand"):
        return False
    keys = ("user", "server", "title", "workshop", "project", "page", "state")
    lists = [*(row.get("details") or ()), *(row.get("groups") or ())]
    told = [str(row.get(key) or "") for key in keys] + [str(each) for each in lists]
    return words.strip().lower() in " ".join(told).lower()
