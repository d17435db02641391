"""How a visitor leaves: the session is stopped, then the user is deleted.

What is cut off here is finished by the culler.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from jupyterhub.utils import maybe_future

from workshop_spawner.visitors.hub_objects import HubApp, HubUser, Server, servers_of

# Seconds that we wait for a stop to be over before we leave the user to the culler.
LONGEST = 60


async def forget(app: HubApp, user: HubUser, server: Server) -> None:
    """Delete a visitor whose session has just been stopped, unless a new one was started."""
    name = user.name
    try:
        async with asyncio.timeout(LONGEST):
            while server.is_stopping:
                if stop := server.stop:
                    await asyncio.wait([stop])
                # JupyterHub has no event for the last lines of a stop.
                await asyncio.sleep(0.05)
        await _delete_unless_busy(app, user)
    except Exception:  # a task has nobody to raise to; the culler sweeps
        app.log.exception("Could not forget the visitor %s; left to the culler", name)


async def leave(
    app: HubApp, user: HubUser, stop: Callable[[HubUser, str], Awaitable[asyncio.Future[Any]]]
) -> None:
    """Stop all that a visitor runs, also what is still starting, then delete the visitor.

    `stop` begins the stop of one server.
    """
    for server in servers_of(user).values():
        await server.cancel_start()
    for name, server in servers_of(user).items():
        if server.runs:
            await asyncio.wait([await stop(user, name)])
    await _delete_unless_busy(app, user)


async def _delete_unless_busy(app: HubApp, user: HubUser) -> None:
    if user.name in app.users and not any(s.is_busy for s in servers_of(user).values()):
        await delete(app, user)


async def delete(app: HubApp, user: HubUser) -> None:
    """Delete the user as JupyterHub's own API does, unless somebody else was first."""
    name = user.name
    await maybe_future(app.authenticator.delete_user(user))
    await user.delete_spawners()
    # The end of a stop, the button and the culler may come at the same time.
    if name in app.users:
        app.users.delete(user)
        app.log.info("Forgot the visitor %s", name)
