"""Who is stuck: much longer on a page of the notes than others were.

What is known is how long those who have gone on stayed on it. In bounded memory, as sessions name
the pages.
"""

from __future__ import annotations

import statistics
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

# A page that takes others a moment may take five minutes; then three times what is usual is long.
LEAST_SECONDS = 300.0
TIMES_LONGER = 3.0
# Who stayed for a shorter time leafed through; fewer stays than these say nothing.
LEAFED_SECONDS = 5.0
LEAST_STAYS = 3
MOST_PAGES, MOST_STAYS = 500, 200


@dataclass(frozen=True, slots=True)
class PageVisit:
    """The page that a session is at, "" if it told none, and since when."""

    page: str
    since: datetime


@dataclass
class PageStays:
    """How many seconds people stayed on each page before they went on; the latest count."""

    _stays: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)

    def add(self, page: str, seconds: float) -> None:
        """Note that somebody has gone on."""
        if not page or seconds < LEAFED_SECONDS:
            return
        self._stays.setdefault(page, deque(maxlen=MOST_STAYS)).append(seconds)
        self._stays.move_to_end(page)
        while len(self._stays) > MOST_PAGES:
            self._stays.popitem(last=False)

    def find(self, page: str) -> Sequence[float]:
        """The stays on a page."""
        return tuple(self._stays.get(page, ()))


def is_stuck(seconds: float, stays: Sequence[float], *, is_last: bool = False) -> bool:
    """Whether somebody who is on a page for so long is stuck. On the last page nobody is."""
    if is_last or len(stays) < LEAST_STAYS:
        return False
    return seconds >= max(LEAST_SECONDS, TIMES_LONGER * statistics.median(stays))
