"""Waiting in a test for what gives no event: a process, a file, a controller of a cluster."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any


def until(condition: Callable[[], Any], seconds: float = 120, pause: float = 0.02) -> Any:
    """What `condition()` says once it is true; AssertionError with its last word if it never is."""
    deadline = time.monotonic() + seconds
    while not (said := condition()):
        assert time.monotonic() < deadline, f"not so within {seconds:g} s; it last said {said!r}"
        time.sleep(pause)
    return said


async def until_so(
    condition: Callable[[], Any | Awaitable[Any]], seconds: float = 120, pause: float = 0.05
) -> Any:
    """As `until`, for a test on an event loop; the condition may be a coroutine function."""
    deadline = time.monotonic() + seconds
    while True:
        said = condition()
        if inspect.isawaitable(said):
            said = await said
        if said:
            return said
        assert time.monotonic() < deadline, f"not so within {seconds:g} s; it last said {said!r}"
        await asyncio.sleep(pause)
