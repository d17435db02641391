"""What a page shows of the session's end, and what the instructor announces.

`hub.culler_client` asks the culler's service and keeps what it answered; here that becomes the
words, the warning and the button of a page, and when the page is to ask again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

# Somebody who typed so short a time ago is not warned that nobody types.
QUIET_SECONDS = 90.0
# When a page asks again: near the end, far from it, where there is nothing to ask.
LAST, SOON, CALM, RARELY = 15.0, 60.0, 120.0, 900.0
LONGEST_BACKOFF = 600.0
LONGEST_TEXT = 500
# Why a session ends, as the service says it; pages have a sentence for each.
CAUSES = ("idle", "age", "instructor")
# The service is not there, or not for us: no matter for the person in the terminal.
ABSENT_STATUSES = frozenset({301, 302, 303, 307, 308, 401, 403, 404, 405, 410})


@dataclass(frozen=True, slots=True)
class Known:
    """What the service said: seconds left until each end (None: no such end), and the rest.

    `said` is the announcement's text ("" for none), `said_at` its time, which tells it from others;
    `hint` is what an instructor tells this session alone, `hint_at` what tells it from others;
    `ending` is one of `CAUSES` while the service stops the session, "" where it does not.
    """

    idle_left: float | None = None
    age_left: float | None = None
    warn: float = 300.0
    may_extend: bool = False
    why_not: str = ""
    said: str = ""
    said_at: str = ""
    said_left: float = 0.0
    ending: str = ""
    hint: str = ""
    hint_at: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """What a page shows: `short` in its corner, `sentence` in full, and `next`, seconds."""

    sentence: str = ""
    short: str = ""
    warning: bool = False
    extend: bool = False
    why_not: str = ""
    said: str = ""
    said_at: str = ""
    next: float = CALM
    hint: str = ""
    hint_at: str = ""


def classify_status(status: int) -> str:
    """Classify the service's answer: "known", "absent" (ask rarely) or "trouble" (ask again)."""
    if status == 200:
        return "known"
    return "absent" if status in ABSENT_STATUSES else "trouble"


def make_backoff(failures: int) -> float:
    """Return seconds to leave the service alone after so many failures in a row."""
    return min(LONGEST_BACKOFF, 30.0 * 2.0 ** min(max(failures - 1, 0), 10))


def read_clock(model: Any) -> Known:
    """Read the service's JSON. Raises `ValueError` for what is no clock."""
    try:
        now = datetime.fromisoformat(model["now"])
        said = model.get("announcement") or {}
        hint = model.get("hint") or {}
        return Known(
            idle_left=_left(model.get("idle_ends"), now),
            age_left=_left(model.get("age_ends"), now),
            warn=float(model["warn_seconds"]),
            may_extend=model.get("may_extend") is True,
            why_not=str(model.get("why_not") or "")[:LONGEST_TEXT],
            said=str(said.get("text") or "")[:LONGEST_TEXT],
            said_at=str(said.get("said") or "")[:LONGEST_TEXT],
            said_left=_left(said.get("until"), now) or 0.0,
            ending=model["ending"] if model.get("ending") in CAUSES else "",
            hint=str(hint.get("text") or "")[:LONGEST_TEXT],
            hint_at=f"{hint.get('said') or ''} {hint.get('number') or 0}"[:LONGEST_TEXT],
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no clock: {type(error).__name__} at {error}") from error


def _left(time: str | None, now: datetime) -> float | None:
    return (datetime.fromisoformat(time) - now).total_seconds() if time else None


def make_later(known: Known, seconds: float) -> Known:
    """Return what is left of it so many seconds later."""
    return replace(
        known,
        idle_left=None if known.idle_left is None else known.idle_left - seconds,
        age_left=None if known.age_left is None else known.age_left - seconds,
        said_left=known.said_left - seconds,
    )


def decide_view(known: Known, quiet: float) -> View:
    """Decide what to show. `quiet` is how many seconds ago somebody last typed."""
    ends = [(known.age_left, ""), (known.idle_left, " if nobody types")]
    lefts = [(left, unless) for left, unless in ends if left is not None]
    near = [(left, unless) for left, unless in lefts if left <= known.warn]
    if quiet < QUIET_SECONDS:
        near = [(left, unless) for left, unless in near if not unless]
    left, unless = min(near) if near else next(iter(lefts), (None, ""))
    return View(
        sentence="" if left is None else render_sentence(left, unless),
        short="" if left is None or (unless and not near) else render_short(left),
        warning=bool(near),
        extend=bool(near) and known.may_extend,
        why_not=render_why(known.why_not) if near and not known.may_extend else "",
        said=known.said if known.said_left > 0 else "",
        said_at=known.said_at,
        next=_find_next([left for left, _ in lefts], known.warn),
        hint=known.hint,
        hint_at=known.hint_at if known.hint else "",
    )


def decide_cause(known: Known, quiet: float) -> str:
    """Decide why a session that is stopped now is: one of `CAUSES`, "" where nothing says it.

    What the service said of it counts; else an end of its clock that is over. `quiet` is as for
    `decide_view`: who has just typed was not idle, whatever an older clock says.
    """
    if known.ending:
        return known.ending
    if known.age_left is not None and known.age_left <= 0:
        return "age"
    is_idle = known.idle_left is not None and known.idle_left <= 0 and quiet >= QUIET_SECONDS
    return "idle" if is_idle else ""


def _find_next(lefts: Sequence[float], warn: float) -> float:
    """Once a minute; in the last two, when the last minute begins and when it is over."""
    left = min(lefts, default=CALM + warn)
    if 0 < left < 2 * SOON:
        return max(left % SOON, LAST)
    return min(max(left - warn, SOON), CALM)


def render_sentence(seconds: float, unless: str) -> str:
    """Render when a session ends; one whose end has come is ending, in whatever seconds."""
    if seconds <= 0:
        return "Your session is ending now."
    return f"Your session ends in {render_left(seconds)}{unless}."


def render_left(seconds: float) -> str:
    """Render a span in words, rounded down: "4 minutes", "3 hours and 1 minute"."""
    minutes = int(max(seconds, 0) // 60)
    hours, rest = divmod(minutes, 60)
    if not minutes:
        return "less than a minute"
    parts = [_count(hours, "hour"), _count(rest, "minute")]
    return " and ".join(part for part in parts if part)


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}" if number else ""


def render_short(seconds: float) -> str:
    """Render a span for a corner: "4 min", "3 h 1 min", "now"."""
    if seconds <= 0:
        return "now"
    hours, minutes = divmod(int(max(seconds, 0) // 60), 60)
    if not hours and not minutes:
        return "< 1 min"
    return " ".join(f"{n} {unit}" for n, unit in ((hours, "h"), (minutes, "min")) if n)


def render_why(why_not: str) -> str:
    """Render the service's reason as a sentence."""
    return f"{why_not[0].upper()}{why_not[1:]}." if why_not else ""
