"""How many sessions, and how many pods in them, are to be ready now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from workshop_spawner.rules.reserve import prestart
from workshop_spawner.rules.reserve.prestart import Prestart


@dataclass(frozen=True)
class ReserveSize:
    """So many `sessions`, in `pods` of which a pod waits."""

    sessions: int = 0
    pods: int = 0


def find_largest(sizes: Iterable[ReserveSize]) -> ReserveSize:
    """The larger of each of the two numbers; no more pods than sessions."""
    listed = list(sizes)
    sessions = max((size.sessions for size in listed), default=0)
    return ReserveSize(sessions, min(sessions, max((size.pods for size in listed), default=0)))


def find_size(usual: ReserveSize, asked: Prestart | None, now: datetime) -> ReserveSize:
    """What is to be ready now: the usual, and no less than what was asked for is left of."""
    left = prestart.count_left(asked, now)
    pods = min(left, asked.pods) if asked else 0
    return find_largest((usual, ReserveSize(left, pods)))
