"""Spans of time, and moments, as people type them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
SPAN = re.compile(r"(?P<number>[0-9]{1,7})(?P<unit>[smhd]?)")


def parse_span(text: str) -> int:
    """Seconds from `90`, `90s`, `10m`, `2h` or `1d`; raises ValueError with a sentence."""
    found = SPAN.fullmatch(text.strip())
    seconds = int(found["number"]) * UNITS[found["unit"] or "s"] if found else 0
    if not seconds:
        raise ValueError(f"{text!r} is no span of time: write it like 90s, 10m or 2h.")
    return seconds


def parse_moment(text: str, now: datetime) -> str:
    """A moment in RFC 3339 from `09:00` (the next one) or a date and a time, with or without zone.

    Without one it is in the zone of `now`, which is that of this machine. ValueError.
    """
    try:
        if re.fullmatch(r"[0-9]{1,2}:[0-9]{2}", text.strip()):
            hour, minute = map(int, text.split(":"))
            found = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
            found = found if found > now else found + timedelta(days=1)
        else:
            found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text!r} is no time: write it like 09:00 or 2026-12-01T09:00.") from None
    return (found if found.tzinfo else found.replace(tzinfo=now.tzinfo)).isoformat()
