"""Several things side by side."""

from __future__ import annotations

import asyncio

import pytest

from workshop_spawner.concurrency import run_together


async def test_results_come_in_order():
    assert await run_together(asyncio.sleep(0, "one"), asyncio.sleep(0, "two")) == ["one", "two"]


async def test_an_error_is_raised_once_all_are_done():
    done = []

    async def fail():
        raise ValueError("first")

    async def work():
        await asyncio.sleep(0)
        done.append("worked")

    with pytest.raises(ValueError, match="first"):
        await run_together(fail(), work())
    assert done == ["worked"]
