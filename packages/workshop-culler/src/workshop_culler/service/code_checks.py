"""Codes are checked at the hub, and guessing is slow: without keeping a right code out.

Whoever types wrong codes waits, one check a second for each address; others do not notice. A code
that was right before is checked at once, whoever else is guessing.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

from workshop_culler.rules import wrong_codes

# How long a wrong code waits for its answer, and a slow address from one check to the next.
PAUSE_SECONDS = 1.0
MOST_CHECKS = 10  # at the hub, side by side
MOST_IN_LINE = 30  # of one address
MOST_IN_ALL = 1000
MOST_KNOWN = 100

Check = Callable[[str], Awaitable[bool]]


class TooManyError(Exception):
    """So many codes wait that this one is not looked at."""


class CodeChecks:
    """All that are under way. `sleep` and `clock` count seconds."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep,
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self.wrong = wrong_codes.WrongCodes()
        self._known: OrderedDict[bytes, None] = OrderedDict()
        self._checks = asyncio.Semaphore(MOST_CHECKS)
        self._lines: dict[str, list[asyncio.Future[bool]]] = {}
        self._servers: set[asyncio.Task[None]] = set()
        self.waiting = 0

    async def check(self, code: str, address: str, is_good: Check) -> bool:
        """Whether a code is good, when its turn has come; TooManyError if it never comes."""
        digest = hashlib.sha256(code.encode()).digest()
        if digest in self._known and await is_good(code):
            return True
        key = wrong_codes.make_key(address)
        await self._take_turn(key)
        async with self._checks:
            found = await is_good(code)
        if found:
            self._known[digest] = None
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
            return True
        self.wrong.count_wrong(key, self._clock())
        await self._wait()
        return False

    async def _take_turn(self, key: str) -> None:
        if self.wrong.is_flooded(self._clock()):
            await self._wait()
        if self.wrong.is_slow(key, self._clock()) and not await self._stand_in_line(key):
            raise TooManyError

    async def _wait(self) -> None:
        if self.waiting >= MOST_IN_ALL:
            return  # memory is bounded, and nobody is sent away for it
        self.waiting += 1
        try:
            await self._sleep(PAUSE_SECONDS)
        finally:
            self.waiting -= 1

    async def _stand_in_line(self, key: str) -> bool:
        """True when it is this one's turn, False when it had to make room for another.

        Who makes room is left to chance, as is whose turn it is: nobody keeps others out by
        filling the line of an address that many people share.
        """
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = []
            task = asyncio.create_task(self._serve_line(key, line))
            self._servers.add(task)
            task.add_done_callback(self._servers.discard)
        if len(line) >= MOST_IN_LINE or self.waiting >= MOST_IN_ALL:
            _call_one(line, is_turn=False)
        turn: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        line.append(turn)
        self.waiting += 1
        try:
            return await turn
        finally:
            self.waiting -= 1

    async def _serve_line(self, key: str, line: list[asyncio.Future[bool]]) -> None:
        try:
            while line:
                await self._sleep(PAUSE_SECONDS)
                _call_one(line, is_turn=True)
        finally:
            self._lines.pop(key, None)

    async def close(self) -> None:
        """Send away whoever still waits."""
        for task in self._servers:
            task.cancel()
        for line in self._lines.values():
            while line:
                _call_one(line, is_turn=False)
        await asyncio.gather(*self._servers, return_exceptions=True)


def _call_one(line: list[asyncio.Future[bool]], *, is_turn: bool) -> None:
    if line:
        turn = line.pop(random.randrange(len(line)))  # noqa: S311 - fair, not secret
        if not turn.done():
            turn.set_result(is_turn)
