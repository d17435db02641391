"""Spans of time as people type them."""

from __future__ import annotations

import re

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
SPAN = re.compile(r"(?P<number>[0-9]{1,7})(?P<unit>[smhd]?)")


def parse_span(text: str) -> int:
    """Seconds from `90`, `90s`, `10m`, `2h` or `1d`; raises ValueError with a sentence."""
    found = SPAN.fullmatch(text.strip())
    seconds = int(found["number"]) * UNITS[found["unit"] or "s"] if found else 0
    if not seconds:
        raise ValueError(f"{text!r} is no span of time: write it like 90s, 10m or 2h.")
    return seconds
