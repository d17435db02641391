"""How long an unconfirmed login is believed, and how seldom a sick cluster is asked."""

from __future__ import annotations

TOLERANCE_SECONDS = 3600.0
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0


def is_tolerated(checked_at: float, now: float, tolerance: float = TOLERANCE_SECONDS) -> bool:
    """Whether a login is still believed that the cluster last confirmed at `checked_at`."""
    return abs(now - checked_at) <= tolerance


def make_pause(failures: int) -> float:
    """How long, in seconds, nobody asks a cluster that failed so many times in a row."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(failures - 1, 10))
