"""A session's own clock, and what an extension would give.

`api.py` and the instructor's page show it; the verdicts that act are in `server_verdicts.py` and
use the same ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from workshop_culler.rules import ends, times
from workshop_culler.rules.limits import Limits
from workshop_culler.rules.models import Server

# Seconds that would be gained are not worth a button.
LEAST_GAIN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Clock:
    """When a session ends if nothing happens, and until when it may be extended now.

    `extend_to` is None when an extension would give nothing; `why_not` says why.
    """

    now: datetime
    idle_ends: datetime | None
    age_ends: datetime | None
    warn: float
    extend_to: datetime | None
    why_not: str = ""

    @property
    def ends(self) -> datetime | None:
        """The earliest of the ends."""
        return min((end for end in (self.idle_ends, self.age_ends) if end), default=None)


@dataclass(frozen=True, slots=True)
class ExtensionVerdict:
    """Until when an extension asked for now would last; None, and why in words, if it may not."""

    until: datetime | None
    why_not: str = ""


def make_clock(
    server: Server,
    limits: Limits,
    extension: ends.Extension,
    now: datetime,
    *,
    unlimited: bool = False,
    idle_from: datetime | None = None,
) -> Clock:
    """The clock of a server, as the passes of the culler go by it.

    `unlimited` is for people who may extend beyond the limit; until `idle_from` idleness ends
    nobody.
    """
    found = ends.find_ends(server, limits, extension, idle_from)
    verdict = decide_extension(server, limits, extension, now, found, unlimited=unlimited)
    age = found.age or found.pending
    return Clock(now, found.idle, age, limits.warn, verdict.until, verdict.why_not)


def decide_extension(
    server: Server,
    limits: Limits,
    extension: ends.Extension,
    now: datetime,
    found: ends.Ends | None = None,
    *,
    unlimited: bool = False,
) -> ExtensionVerdict:
    """Whether a session may be extended now, and until when. `found` are its ends, if known.

    Extending means: not ended before now + `extend`, be it for idleness or age; by age never
    later than `extend_limit` after the end that the session had at first. Nobody goes beyond the
    limit that is written on its project.
    """
    found = found or ends.find_ends(server, limits, extension)
    if found.idle is None and found.age is None:
        return ExtensionVerdict(None, "this session has no end")
    to = full = now + timedelta(seconds=limits.extend)
    first = ends.find_age_end(server, limits, extension)
    if first and not unlimited:
        to = min(full, first + timedelta(seconds=limits.extend_limit))
    if extension.limit:
        to = min(to, extension.limit)
    soonest = min(end for end in (found.idle, found.age) if end)
    if to > max(soonest, now) + LEAST_GAIN:
        return ExtensionVerdict(to)
    if to < full or not limits.extend:
        return ExtensionVerdict(None, "this session was extended as far as it may be")
    return ExtensionVerdict(None, "there is more time left than an extension gives")


def render_clock(clock: Clock) -> dict[str, object]:
    """A clock as JSON: RFC 3339 times, seconds left, and what may be done."""
    left = None if clock.ends is None else (clock.ends - clock.now).total_seconds()
    return {
        "now": times.render_time(clock.now),
        "ends": times.render_time(clock.ends),
        "idle_ends": times.render_time(clock.idle_ends),
        "age_ends": times.render_time(clock.age_ends),
        "seconds_left": None if left is None else max(round(left), 0),
        "warn_seconds": clock.warn,
        "warn": left is not None and left <= clock.warn,
        "may_extend": clock.extend_to is not None,
        "extends_to": times.render_time(clock.extend_to),
        "why_not": clock.why_not,
    }
