"""When the next pass is due: at intervals, and as soon as some session ends before that."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

# A pass for the sake of one session's end comes no sooner than this after the one before.
LEAST_SECONDS = 5.0
# The hub tells its time in whole seconds: so much later it has surely reached any moment.
CLOCK_STEP = timedelta(seconds=1)


def find_next_end(dues: Iterable[datetime | None], now: datetime) -> datetime | None:
    """The first moment after `now` at which something is due; what was due before has been seen."""
    return min((due for due in dues if due and due > now), default=None)


def find_rest(interval: float, took: float, until_ends: Iterable[float | None]) -> float:
    """Seconds to rest after a pass that took so long. `until_ends` are seconds until known ends.

    Sessions are told when they end, and the passes keep to it: an end in between makes the rest
    shorter, though no pass follows another within seconds.
    """
    rest = max(interval - took, 1.0)
    soonest = min((left for left in until_ends if left is not None), default=rest)
    return min(rest, max(soonest + CLOCK_STEP.total_seconds(), LEAST_SECONDS))
