"""A sentence from the admins to everybody in a session.

Plain text and nothing else: it is cleaned here and shown as text, never as HTML.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from workshop_culler.rules import texts
from workshop_culler.rules.times import render_time
from workshop_kube.rules.times import find_time

LONGEST = 500
DEFAULT_SECONDS = 3600.0
MOST_SECONDS = 7 * 86400.0


@dataclass(frozen=True, slots=True)
class Announcement:
    """What was said, by whom, and until when it is shown."""

    text: str
    author: str
    said: datetime
    until: datetime


class BadAnnouncementError(ValueError):
    """What was sent is no announcement; the message tells the sender what to do."""


def make_announcement(body: object, author: str, now: datetime) -> Announcement:
    """An announcement from a request's body: `text`, and for how many `seconds` it is shown."""
    if not isinstance(body, Mapping):
        raise BadAnnouncementError('Send JSON like {"text": "Lunch at noon", "seconds": 3600}.')
    text = clean_text(body.get("text"))
    seconds = body.get("seconds", DEFAULT_SECONDS)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds > 0:
        raise BadAnnouncementError("'seconds' must be a number greater than 0.")
    until = now + timedelta(seconds=min(float(seconds), MOST_SECONDS))
    return Announcement(text, author, now, until)


def clean_text(text: object) -> str:
    """The text without control and direction characters, in one line; refused if empty or long."""
    if not isinstance(text, str):
        raise BadAnnouncementError("'text' must be a string.")
    cleaned = texts.clean_line(text)
    if not cleaned:
        raise BadAnnouncementError("'text' is empty.")
    if len(cleaned) > LONGEST:
        raise BadAnnouncementError(f"'text' has {len(cleaned)} characters; {LONGEST} are the most.")
    return cleaned


def is_shown(announcement: Announcement | None, now: datetime) -> bool:
    """Whether there is something to show."""
    return announcement is not None and now < announcement.until


def render_announcement(announcement: Announcement | None, now: datetime) -> dict[str, Any] | None:
    """As JSON, or None when there is nothing to show."""
    if announcement is None or not is_shown(announcement, now):
        return None
    return {
        "text": announcement.text,
        "author": announcement.author,
        "said": render_time(announcement.said),
        "until": render_time(announcement.until),
    }


def read_announcement(model: object) -> Announcement | None:
    """Back from JSON as it was kept; None for what is none."""
    if not isinstance(model, Mapping):
        return None
    said, until = find_time(model.get("said")), find_time(model.get("until"))
    if not said or not until:
        return None
    return Announcement(str(model.get("text", "")), str(model.get("author", "")), said, until)
