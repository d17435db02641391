"""A hint: a few words from an assistant or instructor to one session.

Plain text in one line and nothing else, as an announcement is. The latest one counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workshop_culler.rules.announcements import BadAnnouncementError, clean_text
from workshop_culler.rules.times import render_time
from workshop_kube.rules.times import find_time


class BadHintError(ValueError):
    """What was sent is no hint; the message tells the sender what to do."""


@dataclass(frozen=True, slots=True)
class Hint:
    """What was said to a session, by whom and when.

    Each has a higher `number` than those before: times have whole seconds.
    """

    text: str
    author: str
    said: datetime
    number: int = 0


def parse_hint(body: Mapping[str, object]) -> str:
    """Read the text of a hint from a request's body; raises BadHintError."""
    try:
        return clean_text(body.get("text"))
    except BadAnnouncementError as error:
        raise BadHintError(str(error)) from error


def render_hint(hint: Hint | None) -> dict[str, Any] | None:
    """As JSON; None where none was given."""
    if hint is None:
        return None
    return {
        "text": hint.text,
        "author": hint.author,
        "said": render_time(hint.said),
        "number": hint.number,
    }


def read_hint(model: object) -> Hint | None:
    """Back from JSON as it was kept; None for what is none."""
    if not isinstance(model, Mapping):
        return None
    said, number = find_time(model.get("said")), model.get("number")
    number = number if isinstance(number, int) else 0
    text, author = str(model.get("text", "")), str(model.get("author", ""))
    return Hint(text, author, said, number) if said and text else None
