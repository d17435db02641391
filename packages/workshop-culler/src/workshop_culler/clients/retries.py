"""Trying again what may pass, for both clients: bounded in number and in waiting.

Only calls that may be repeated safely come here; at the clients that is all of them.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from workshop_culler.errors import TemporaryError

ATTEMPTS = 3
LONGEST_WAIT = 20.0
# How the hub says "pending": worth the next pass, not worth a retry now.
NOT_NOW = 400

Result = TypeVar("Result")
Sleep = Callable[[float], Awaitable[Any]]


async def retry(
    work: Callable[[], Awaitable[Result]], what: str, sleep: Sleep, log: logging.Logger
) -> Result:
    """The result of `work`, tried up to three times while it fails for now."""
    for attempt in range(1, ATTEMPTS):
        try:
            return await work()
        except TemporaryError as error:
            if error.status == NOT_NOW:
                raise
            wait = find_wait(error, attempt)
            log.info("%s: %s; trying again in %.1f s", what, error, wait)
        await sleep(wait)
    return await work()


def find_wait(error: TemporaryError, attempt: int) -> float:
    """Seconds to wait: as the other side asked, else 1, 2, ...; never more than 20."""
    asked = 0.5 * 2**attempt if error.wait is None else error.wait
    return min(asked, LONGEST_WAIT)


def read_retry_after(value: str | None) -> float | None:
    """Seconds from a Retry-After header; None if there is none or it is no number."""
    return float(value) if value and value.isdigit() else None
