"""Python's garbage collector in a hub: it looks through all objects when no visitor waits.

Such a look takes a tenth of a second and more where hundreds of sessions run, and holds the loop.
Python would do it in the middle of a crowd, as that is when most objects are made.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable

# How often the hub looks whether it is time.
LOOK_SECONDS = 5.0
# So many collections of middle-aged objects come before one of all. Python takes 10, and waits
# longer the more there are.
DUE = 50
# Until a hub on which somebody starts all the time collects nevertheless.
LONGEST_SECONDS = 300.0
# As good as never, by itself: the third threshold of `gc`.
RARELY = 1_000_000


def is_time(collections: int, *, is_rush: bool, waited: float) -> bool:
    """Whether all objects are to be looked through now.

    `collections` are those of middle-aged objects since the last of all, `is_rush` whether a start
    is under way, `waited` for how many seconds a collection has been due.
    """
    return collections > DUE and (not is_rush or waited >= LONGEST_SECONDS)


def put_aside() -> None:
    """Leave out what the hub has loaded by now, and let no look at all objects begin by itself.

    What a hub has loaded stays, so that nobody need look through it again and again.
    """
    gc.freeze()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, RARELY)


async def collect_when_calm(
    is_rush: Callable[[], bool],
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    clock: Callable[[], float] = time.monotonic,
    collect: Callable[[], object] = gc.collect,
    count: Callable[[], int] = lambda: gc.get_count()[2],
) -> None:
    """Collect for ever, when it is due and no start is under way; after minutes in any case."""
    since: float | None = None
    while True:
        await sleep(LOOK_SECONDS)
        number, now = count(), clock()
        since = None if number <= DUE else now if since is None else since
        if since is not None and is_time(number, is_rush=is_rush(), waited=now - since):
            collect()
            since = None
