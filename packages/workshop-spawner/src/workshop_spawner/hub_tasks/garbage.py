"""Python's garbage collector in a hub: it never holds the loop for long while visitors come.

Python looks through all objects when many were made, which is in the middle of a crowd, and takes
a tenth of a second and more where hundreds of sessions run. Here each look has only what is new:
as soon as looks take long, what stays is put aside (`gc.freeze`). That, too, is looked through
when nobody has started for a while, as sessions that ended are among it.
"""

from __future__ import annotations

import asyncio
import enum
import gc
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

# How often the hub looks whether it is time.
LOOK_SECONDS = 1.0
# So many collections of middle-aged objects, of some thousands each, come before a look.
DUE = 5
# Of a look, from which on what stays is put aside: half of the longest hold that is wanted.
LONG_SECONDS = 0.01
# What was put aside is looked through when so many sessions have ended since, some 10 MB.
MANY_ENDED = 500
# Or when any has, and nobody has started for a minute: every five minutes at most.
CALM_SECONDS = 60.0
ASIDE_SECONDS = 300.0
# As good as never, by itself: the third threshold of `gc`.
RARELY = 1_000_000


class Look(enum.Enum):
    """What is to be looked through now."""

    NOTHING = enum.auto()
    NEW = enum.auto()
    ALL = enum.auto()


def decide_look(collections: int, *, ended: int, calm: float, aside: float) -> Look:
    """What is looked through now.

    Args:
        collections: Those of middle-aged objects since the last look.
        ended: Sessions that ended since objects of sessions were first put aside.
        calm: Seconds since a start was under way.
        aside: Seconds since objects of sessions were first put aside; 0 where none are.

    """
    if collections <= DUE:
        return Look.NOTHING
    is_calm = calm >= CALM_SECONDS and aside >= ASIDE_SECONDS
    is_time = aside > 0 and (ended >= MANY_ENDED or (ended > 0 and is_calm))
    return Look.ALL if is_time else Look.NEW


def put_aside() -> None:
    """Leave out what the hub has loaded by now, and let no look at all objects begin by itself.

    What a hub has loaded stays, so that nobody need look through it again and again.
    """
    gc.freeze()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, RARELY)


class Collector(Protocol):
    """Python's own collector, as far as it is used here: the module `gc`."""

    def collect(self) -> int:
        """Look through what is not put aside."""

    def freeze(self) -> None:
        """Put aside what there is."""

    def unfreeze(self) -> None:
        """Put nothing aside."""

    def get_count(self) -> tuple[int, int, int]:
        """Objects, collections of young ones and of middle-aged ones since the next larger."""


class CalmCollector:
    """Has the objects of a hub looked through at the right times; see `decide_look`.

    Args:
        is_rush: Whether a start is under way.
        count_ended: How many sessions have ended since the hub began.
        clock: Seconds that only grow.
        collector: Python's own.

    """

    def __init__(
        self,
        is_rush: Callable[[], bool],
        count_ended: Callable[[], int],
        *,
        clock: Callable[[], float] = time.monotonic,
        collector: Collector = gc,
    ) -> None:
        self._is_rush, self._count_ended = is_rush, count_ended
        self._clock, self._collector = clock, collector
        self._rush = clock()
        # When objects of sessions were first put aside, and how many had ended by then.
        self._aside: tuple[float, int] | None = None

    async def run(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Look every few moments whether it is time, for ever."""
        while True:
            await sleep(LOOK_SECONDS)
            look = self._decide()
            if look is not Look.NOTHING:
                self._collect(look)

    def _decide(self) -> Look:
        now, ended = self._clock(), self._count_ended()
        if self._is_rush():
            self._rush = now
        since, before = self._aside or (now, ended)
        return decide_look(
            self._collector.get_count()[2],
            ended=ended - before,
            calm=now - self._rush,
            aside=now - since,
        )

    def _collect(self, look: Look) -> None:
        if look is Look.ALL:
            self._collector.unfreeze()
        began = self._clock()
        self._collector.collect()
        now = self._clock()
        if look is Look.NEW and now - began < LONG_SECONDS:
            return
        self._collector.freeze()
        if look is Look.ALL or self._aside is None:
            self._aside = now, self._count_ended()
