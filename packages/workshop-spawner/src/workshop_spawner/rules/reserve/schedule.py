"""The reserve by schedule: at which times more sessions are to be ready.

A window is written in one line, either by days and the clock of a zone, or once:

    mon-fri 08:45-10:00 Europe/Berlin 40/40
    2026-12-01T08:45+01:00 2026-12-01T10:00+01:00 80

The last word is how many sessions, and behind the slash in how many of them a pod waits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from workshop_spawner.rules.reserve.size import ReserveSize, find_largest

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_WINDOWS, MOST_SESSIONS = 100, 1000
FORM = (
    "write DAYS FROM-UNTIL ZONE SESSIONS[/PODS], such as 'mon-fri 08:45-10:00 Europe/Berlin "
    "40/40', or BEGIN END SESSIONS[/PODS], such as '2026-12-01T08:45+01:00 "
    "2026-12-01T10:00+01:00 40/40'"
)
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_SIZE = re.compile(r"(\d{1,4})(?:/(\d{1,4}))?")


@dataclass(frozen=True)
class Window:
    """Times at which so many are to be ready: from `begins` to `ends`, once.

    Both have a zone.
    """

    size: ReserveSize
    begins: datetime
    ends: datetime

    def is_open(self, now: datetime) -> bool:
        """Whether it is such a time."""
        return self.begins <= now < self.ends


@dataclass(frozen=True)
class DailyWindow:
    """The same on some `days` (0 is Monday), by the clock of a zone.

    One that ends before it begins ends on the next day. Where clocks are set forward over its
    begin or end, that is as much later; where they are set back, it begins at the first of the two
    and ends at the second one.
    """

    size: ReserveSize
    days: frozenset[int]
    begins: time
    ends: time
    zone: ZoneInfo

    def is_open(self, now: datetime) -> bool:
        """Whether it is such a time."""
        today = now.astimezone(self.zone).date()
        near = (today + timedelta(days=offset) for offset in (-1, 0))
        return any(window.is_open(now) for day in near for window in self.find_windows(day))

    def find_windows(self, day: date) -> Iterator[Window]:
        """The window that begins on this day, if one does."""
        if day.weekday() not in self.days:
            return
        last = day if self.ends > self.begins else day + timedelta(days=1)
        begins = datetime.combine(day, self.begins, self.zone).astimezone(UTC)
        ends = datetime.combine(last, self.ends, self.zone).replace(fold=1).astimezone(UTC)
        yield Window(self.size, begins, ends)


AnyWindow = Window | DailyWindow


def parse_schedule(lines: Iterable[str]) -> tuple[AnyWindow, ...]:
    """The windows that these lines say; ValueError with a sentence where one says none."""
    windows = tuple(parse_window(line) for line in lines)
    if len(windows) > MOST_WINDOWS:
        raise ValueError(f"there are {len(windows)} windows; {MOST_WINDOWS} are the most.")
    return windows


def parse_window(line: str) -> AnyWindow:
    """One window; ValueError with a sentence that names the line."""
    words = line.split()
    try:
        if len(words) == 4:
            return _parse_daily(*words)
        if len(words) == 3:
            return _parse_once(*words)
    except ValueError as error:
        raise ValueError(f"{line!r:.200} cannot be read: {error}.") from None
    raise ValueError(f"{line!r:.200} cannot be read: {FORM}.")


def _parse_daily(days: str, hours: str, zone: str, size: str) -> DailyWindow:
    found = _HOURS.fullmatch(hours)
    if not found:
        raise ValueError(f"{hours!r} is no time of the day such as 08:45-10:00")
    first, last = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    if first == last:
        raise ValueError(f"{hours!r} ends when it begins")
    return DailyWindow(parse_size(size), parse_days(days), first, last, parse_zone(zone))


def _parse_once(begins: str, ends: str, size: str) -> Window:
    first, last = (_parse_moment(text) for text in (begins, ends))
    if last <= first:
        raise ValueError("it ends before it begins")
    return Window(parse_size(size), first, last)


def _parse_moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = datetime.min
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} is no time with a zone such as 2026-12-01T08:45+01:00")
    return moment.astimezone(UTC)


def parse_zone(name: str) -> ZoneInfo:
    """A zone by its name in the tz database; ValueError."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise ValueError(f"{name!r} is no time zone such as Europe/Berlin or UTC") from None


def parse_days(text: str) -> frozenset[int]:
    """Days such as `daily`, `mon-fri`, `sat-mon` or `mon,wed`; ValueError."""
    if text.lower() == "daily":
        return frozenset(range(7))
    found: set[int] = set()
    for part in text.lower().split(","):
        first, _, last = part.partition("-")
        if first not in DAYS or (last or first) not in DAYS or part.endswith("-"):
            raise ValueError(f"{text!r} is no day such as mon-fri, mon,wed or daily")
        begin, end = DAYS.index(first), DAYS.index(last or first)
        found |= {day % 7 for day in range(begin, end + 1 if end >= begin else end + 8)}
    return frozenset(found)


def parse_size(text: str) -> ReserveSize:
    """So many sessions, and pods in them; ValueError."""
    found = _SIZE.fullmatch(text)
    if not found or int(found[1]) > MOST_SESSIONS:
        raise ValueError(f"{text!r} is no size such as 40 or 40/40, of at most {MOST_SESSIONS}")
    size = ReserveSize(int(found[1]), int(found[2] or 0))
    if size.pods > size.sessions:
        raise ValueError(f"{text!r} has more pods than sessions, in which they wait")
    return size


def find_usual(always: ReserveSize, windows: Iterable[AnyWindow], now: datetime) -> ReserveSize:
    """How many are to be ready now: the larger of what always is, and of the open windows."""
    return find_largest((always, *(window.size for window in windows if window.is_open(now))))
