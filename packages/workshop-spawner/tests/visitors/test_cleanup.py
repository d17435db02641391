"""How a visitor leaves, whatever their session is doing."""

from __future__ import annotations

import asyncio
import logging
from types import SimpleNamespace

import pytest

from workshop_spawner.visitors import cleanup


class Users(dict):
    """As JupyterHub's: it raises KeyError for one who is not there."""

    def delete(self, user):
        del self[user.name]


async def test_a_visitor_whom_two_forget_at_once_is_forgotten_once(caplog):
    async def wait(*_):
        await asyncio.sleep(0)

    user = SimpleNamespace(name="ada", delete_spawners=wait)
    app = SimpleNamespace(
        users=Users(ada=user),
        authenticator=SimpleNamespace(delete_user=wait),
        log=logging.getLogger("cleanup"),
    )
    with caplog.at_level(logging.INFO):
        await asyncio.gather(cleanup.delete(app, user), cleanup.delete(app, user))
    assert caplog.messages == ["Forgot the visitor ada"]
    assert app.users == {}


@pytest.mark.hub
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
