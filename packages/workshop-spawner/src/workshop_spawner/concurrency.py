"""Do several things side by side, and leave none of them under way when one fails."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any


async def run_together(*awaitables: Awaitable[Any]) -> list[Any]:
    """Wait for all; their results, or the first error once none is under way any more.

    `asyncio.gather` raises the first error at once, and the others go on unseen.
    """
    results = await asyncio.gather(*awaitables, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results
