"""What a hub does beside its sessions: check its rights when it starts, and keep the reserve full.

Called by spawner.py, once for each hub, with an instance that belongs to nobody.
"""

import asyncio
from dataclasses import replace
from typing import Any

from . import plan, resources, rights, selfcheck
from .errors import WorkshopError
from .reserve import Reserve
from .session import Session

LOOK_AGAIN = 10
"""Seconds until a cluster that could not be asked when the hub started is asked again."""


async def keep_house(keeper: Any) -> None:
    """Run as long as the hub does; what goes wrong is logged, and a cluster away is waited for."""
    while True:
        try:
            await _look_after(keeper)
            return
        except WorkshopError as error:
            keeper.log.error(
                "The cluster cannot be asked about the hub's rights and reserve; asking again in "
                "%s s. It said: %s",
                LOOK_AGAIN,
                error.detail,
            )
        except Exception:  # a task has nobody to raise to
            keeper.log.exception("The hub could not look after its sessions")
            return
        await asyncio.sleep(LOOK_AGAIN)


async def _look_after(keeper: Any) -> None:
    needed = rights.list_rights(await keeper.decide_wishes(None), make_uses(keeper))
    await selfcheck.check(keeper.cluster, keeper.namespace, needed, keeper.log)
    if keeps_reserve(keeper):
        await keep_reserve(keeper)


def keeps_reserve(keeper: Any) -> bool:
    """Whether sessions are made ready ahead."""
    return bool(keeper.reserved_sessions) and keeper.project == plan.TEMPORARY


def make_uses(keeper: Any) -> rights.Uses:
    """What the settings use beside what each session has."""
    return rights.Uses(
        home=bool(keeper.volume_size),
        delete_home=bool(keeper.volume_size) and keeper.delete_pvc,
        events=keeper.events_enabled,
        refresh=keeper.identity == plan.USER_TOKEN,
        reserve=keeps_reserve(keeper),
    )


async def keep_reserve(keeper: Any) -> None:
    """Make the reserve of this hub and keep it full, as long as the hub runs."""
    hub = await keeper.find_hub()
    extras = await keeper.read_extra_resources()
    bare = await keeper.decide_wishes(None)
    if bare.by_request:
        keeper.log.warning("reserved_sessions has no effect where projects are requested")
        return

    def make_steps(session: Session) -> tuple[plan.Step, ...]:
        read = resources.read_extras(extras, session, keeper.image_registry)
        return plan.make_ready_steps(session, replace(bare, extras=read))

    kept = Reserve(keeper.cluster, hub, make_steps, keeper.reserved_sessions, keeper.log)
    type(keeper).reserve = kept
    await kept.run()
