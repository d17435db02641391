"""Wait until a session's server listens, as closely as one can ask without being told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")

FIRST_PAUSE = 0.02
LONGEST_PAUSE = 0.25

Sleep = Callable[[float], Awaitable[object]]


async def wait_unless(url: str, seconds: float, failing: Coroutine[Any, Any, T]) -> T | None:
    """Wait for the URL as `wait_for` does, but no longer than `failing`; what that found, or None.

    A server that ends before its first answer is known to have failed long before `seconds`.
    """
    answered = asyncio.create_task(wait_for(url, seconds))
    failed = asyncio.create_task(failing)
    try:
        await asyncio.wait({answered, failed}, return_when=asyncio.FIRST_COMPLETED)
        return failed.result() if failed.done() and not answered.done() else None
    finally:
        for task in (answered, failed):
            task.cancel()
        await asyncio.wait({answered, failed})


async def wait_for(url: str, seconds: float, sleep: Sleep = asyncio.sleep) -> bool:
    """Wait until something listens at the URL's host and port; False when nothing did in time."""
    parts = urlsplit(url)
    pause = FIRST_PAUSE
    try:
        async with asyncio.timeout(seconds):
            while not await _listens(parts.hostname or "", parts.port or 80):
                await sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 1.5)
            return True
    except TimeoutError:
        return False


async def _listens(host: str, port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    return True
