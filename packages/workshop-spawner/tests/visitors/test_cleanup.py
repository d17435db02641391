"""How a visitor leaves, whatever their session is doing."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.hub


async def test_starting_over_in_the_middle_of_a_start(site, workshop, visit):
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
    await site.pocket.until(lambda: not any(old in name for name in site.left()))
