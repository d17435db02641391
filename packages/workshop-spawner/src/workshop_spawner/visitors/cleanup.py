"""How a visitor leaves: the session is stopped, then the user is deleted.

What is cut off here is finished by the culler.
"""

from __future__ import annotations

import asyncio
from typing import Any

from jupyterhub.utils import maybe_future

# Seconds that we wait for a stop to be over before we leave the user to the culler.
LONGEST = 60

_TASKS: set[asyncio.Future[Any]] = set()


def keep(task: asyncio.Future[Any]) -> None:
    """Keep a reference to a task until it is done, as the event loop does not."""
    _TASKS.add(task)
    task.add_done_callback(_TASKS.discard)


async def forget(app: Any, user: Any, spawner: Any) -> None:
    """Delete a visitor whose session has just been stopped, unless a new one was started."""
    name = user.name
    try:
        async with asyncio.timeout(LONGEST):
            while spawner._stop_pending or find_stop(spawner):
                if stop := find_stop(spawner):
                    await asyncio.wait([stop])
                # JupyterHub has no event for the last lines of a stop.
                await asyncio.sleep(0.05)
        if name in app.users and not is_busy(user):
            await delete(app, user)
    except Exception:  # a task has nobody to raise to; the culler sweeps
        app.log.exception("Could not forget the visitor %s; left to the culler", name)


def find_stop(spawner: Any) -> asyncio.Future[Any] | None:
    """The stop under way, if any; JupyterHub has none while it shuts down."""
    return getattr(spawner, "_stop_future", None)


async def leave(handler: Any, user: Any) -> None:
    """Stop all that a visitor runs, also what is still starting, then delete the visitor."""
    app = handler.app
    for spawner in list(user.spawners.values()):
        if spawner._spawn_future is not None and spawner.pending == "spawn":
            spawner._spawn_future.cancel()
            await asyncio.wait([spawner._spawn_future])
    for name, spawner in list(user.spawners.items()):
        if spawner.active and not spawner._stop_pending:
            stopping = await maybe_future(handler.stop_single_user(user, name))
            await asyncio.wait([stopping])
    if user.name in app.users and not is_busy(user):
        await delete(app, user)


def is_busy(user: Any) -> bool:
    """Whether any server of the user runs, starts or stops."""
    return any(spawner.active or spawner.pending for spawner in user.spawners.values())


async def delete(app: Any, user: Any) -> None:
    """Delete the user as JupyterHub's own API does."""
    await maybe_future(app.authenticator.delete_user(user))
    await user.delete_spawners()
    name = user.name
    app.users.delete(user)
    app.log.info("Forgot the visitor %s", name)
