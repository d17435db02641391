"""How a visitor leaves, whatever their session is doing."""

from __future__ import annotations

import asyncio

import pytest

from workshop_spawner.visitors import cleanup

pytestmark = pytest.mark.hub


async def test_starting_over_in_the_middle_of_a_start(place, workshop, visit):
    """Without a node the session never comes up; starting over ends it all the same."""
    hub = await workshop()
    visitor = await visit(hub)
    _, _, url = await visitor.login()
    assert "spawn-pending" in url
    old = visitor.name
    _, page, _ = await visitor.get("hub/restart")
    await visitor.press(page, "hub/restart")
    await hub.logged(f"Forgot the visitor {old}", seconds=40)
    assert (await hub.api("GET", f"users/{old}"))[0] == 404
    await place.pocket.until(lambda: not any(old in name for name in place.left()))


async def test_a_kept_task_is_let_go_when_it_is_done():
    task = asyncio.ensure_future(asyncio.sleep(0))
    cleanup.keep(task)
    assert task in cleanup._TASKS
    await task
    await asyncio.sleep(0)
    assert task not in cleanup._TASKS
