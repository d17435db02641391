"""Sessions as records for a file: CSV for a spreadsheet, JSON for a program."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

COLUMNS = (
    "user",
    "server",
    "title",
    "groups",
    "workshop",
    "state",
    "started",
    "last_activity",
    "ends",
    "project",
    "page",
    "tests_passed",
    "tests_failed",
    "hand_since",
    "hand_text",
)
# A spreadsheet takes a cell that begins so for a formula, and runs it.
FORMULA = ("=", "+", "-", "@", "\t", "\r")

Record = dict[str, str | int | None]


def make_record(row: Mapping[str, Any]) -> Record:
    """One row of the instructor's page as flat values, None where nothing is known."""
    tests, hand = row.get("tests") or {}, row.get("hand") or {}
    plain = {key: row.get(key) for key in COLUMNS}
    return plain | {
        "groups": " ".join(row.get("groups") or ()),
        "tests_passed": tests.get("passed"),
        "tests_failed": tests.get("failed"),
        "hand_since": hand.get("since"),
        "hand_text": hand.get("text"),
    }


USER_COLUMNS = ("name", "admin", "groups", "created", "last_activity")


def make_user_record(user: Mapping[str, Any]) -> Record:
    """A user of the hub as flat values."""
    plain = {key: user.get(key) for key in USER_COLUMNS}
    admin = "yes" if user.get("admin") else "no"
    return plain | {"admin": admin, "groups": " ".join(user.get("groups") or ())}


def guard_cell(value: object) -> str:
    """A value as a cell that no spreadsheet runs: what people wrote may look like a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def render_csv(records: Iterable[Record], columns: Sequence[str] = COLUMNS) -> Iterator[str]:
    """Lines of CSV (RFC 4180) with a head, one at a time."""
    yield _render_line(columns)
    for record in records:
        yield _render_line([guard_cell(record.get(key)) for key in columns])


def _render_line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def render_json(records: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """One JSON array, a record a line, one line at a time."""
    head = "["
    for record in records:
        yield f"{head}\n{json.dumps(record, ensure_ascii=False)}"
        head = ","
    yield "[]\n" if head == "[" else "\n]\n"
