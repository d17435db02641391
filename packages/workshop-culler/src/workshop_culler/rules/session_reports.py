"""What a session tells of itself for the instructor: its tests, and that somebody wants help.

Plain text in one line and nothing else: cleaned here, and shown as text. Who may tell it is in
`permissions.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workshop_culler.rules import texts
from workshop_culler.rules.times import render_time
from workshop_kube.rules.times import find_time

# Characters of what somebody writes to the instructor, and of the name of a test.
LONGEST_HELP = 200
LONGEST_NAME = 100
MOST_TESTS = 10_000


# A page of the notes in the words of the dashboard.
PAGE = re.compile(r"(?P<number>[0-9]{1,6}) of (?P<of>[0-9]{1,6})(?:: (?P<title>.*))?")


class BadReportError(ValueError):
    """What was sent is no such report; the message tells the sender what to do."""


@dataclass(frozen=True, slots=True)
class CountedTests:
    """How many tests of the notes have passed and failed, and the last that failed ("" if none).

    Each test counts once, as it ended last.
    """

    passed: int = 0
    failed: int = 0
    failing: str = ""


@dataclass(frozen=True, slots=True)
class RaisedHand:
    """That somebody wants help: in which words (perhaps none), and since when.

    Who raised theirs before others has the lower number: times have whole seconds.
    """

    text: str
    since: datetime
    number: int = 0


def is_last_page(page: str) -> bool:
    """Whether it is the last page of the notes."""
    found = PAGE.fullmatch(page)
    return found is not None and int(found["number"]) >= int(found["of"])


def parse_tests(body: Mapping[str, object]) -> CountedTests:
    """Read the tests from a request's body; raises BadReportError."""
    failing = texts.clean_line(str(body.get("failing") or ""))[:LONGEST_NAME]
    return CountedTests(_parse_count(body, "passed"), _parse_count(body, "failed"), failing)


def _parse_count(body: Mapping[str, object], key: str) -> int:
    count = body.get(key, 0)
    if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= MOST_TESTS:
        raise BadReportError(f"'{key}' must be a whole number from 0 to {MOST_TESTS}.")
    return count


def parse_help(body: Mapping[str, object]) -> str:
    """Read from a request's body what somebody writes with a raised hand; raises BadReportError."""
    text = body.get("text") or ""
    if not isinstance(text, str):
        raise BadReportError("'text' must be a string.")
    cleaned = texts.clean_line(text)
    if len(cleaned) > LONGEST_HELP:
        raise BadReportError(
            f"'text' has {len(cleaned)} characters; {LONGEST_HELP} are the most. Shorten it."
        )
    return cleaned


def render_tests(tests: CountedTests | None) -> dict[str, Any] | None:
    """As JSON; None where the session told none."""
    if tests is None:
        return None
    return {"passed": tests.passed, "failed": tests.failed, "failing": tests.failing}


def render_hand(hand: RaisedHand | None) -> dict[str, Any] | None:
    """As JSON; None where no hand is raised."""
    if hand is None:
        return None
    return {"text": hand.text, "since": render_time(hand.since), "number": hand.number}


def read_hand(model: object) -> RaisedHand | None:
    """Back from JSON as it was kept; None for what is none."""
    if not isinstance(model, Mapping):
        return None
    since = find_time(model.get("since"))
    number = model.get("number")
    number = number if isinstance(number, int) else 0
    return RaisedHand(str(model.get("text", "")), since, number) if since else None
