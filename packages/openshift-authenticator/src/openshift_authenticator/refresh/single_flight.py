"""Lets refreshes through: one at a time for a user, a bounded number in all.

After a restart of the hub everybody's login is refreshed at once;
the cluster sees `width` requests side by side, whatever the number of users.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any


class SingleFlight:
    """Knows which users are inside; forgets them as they leave."""

    def __init__(self, width: int) -> None:
        self._limiter = asyncio.Semaphore(width)
        self._inside: dict[str, asyncio.Task[Any]] = {}

    async def run(self, name: str, work: Callable[[], Awaitable[Any]]) -> tuple[Any, bool]:
        """Run `work` for `name`, or wait for the run that is going on.

        Answers its result and whether this call was the one that ran it. The work goes on when a
        caller gives up, so that nobody can make us ask twice by closing a tab.
        """
        task = self._inside.get(name)
        first = task is None
        if task is None:
            task = asyncio.create_task(self._run(name, work))
            self._inside[name] = task
        return await asyncio.shield(task), first

    async def _run(self, name: str, work: Callable[[], Awaitable[Any]]) -> Any:
        try:
            return await work()
        finally:
            del self._inside[name]

    @property
    def limiter(self) -> asyncio.Semaphore:
        """One of the places at the cluster, for `async with`."""
        return self._limiter
