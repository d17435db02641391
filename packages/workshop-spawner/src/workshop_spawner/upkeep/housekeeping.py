"""What a hub does beside its sessions: check its rights, keep the reserve full, count projects.

Called by spawner.py, once for each hub, with an instance that belongs to nobody.
"""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from workshop_spawner import labels, metrics, plan
from workshop_spawner.api.cluster import Cluster
from workshop_spawner.errors import WorkshopError
from workshop_spawner.manifests import images, resources
from workshop_spawner.projects import census
from workshop_spawner.running import resolving
from workshop_spawner.session import Hub, Session

from . import podsecurity, rights, selfcheck
from .reserve import Reserve

LOOK_AGAIN = 10
"""Seconds until a cluster that could not be asked when the hub started is asked again."""
COUNT_AGAIN = 60
"""Seconds between two counts of the projects."""


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
    uses = replace(make_uses(keeper), streams=await uses_streams(keeper))
    wishes = await keeper.decide_wishes(None)
    needed = rights.list_rights(wishes, uses)
    await selfcheck.check(keeper.cluster, keeper.namespace, needed, keeper.log)
    await podsecurity.tell(keeper.cluster, wishes, keeper.log)
    tasks = []
    if keeps_reserve(keeper):
        tasks.append(keep_reserve(keeper))
    elif keeper.reserved_sessions:
        keeper.log.warning(
            "reserved_sessions has no effect: it takes a temporary project, and an identity that "
            "is not the user's own"
        )
    if wishes.project in (plan.TEMPORARY, plan.PERSISTENT) and not wishes.by_request:
        tasks.append(keep_count(keeper))
    await asyncio.gather(*tasks)


def keeps_reserve(keeper: Any) -> bool:
    """Whether sessions are made ready ahead: those that are nobody's until they are handed out."""
    return (
        bool(keeper.reserved_sessions)
        and keeper.project == plan.TEMPORARY
        and keeper.identity != plan.USER_TOKEN
    )


async def keep_count(keeper: Any) -> None:
    """Count the projects now and then, for the hub's metrics, as long as the hub runs."""
    hub = await keeper.find_hub()
    while True:
        try:
            await count_projects(keeper.cluster, hub)
        except WorkshopError as error:
            keeper.log.warning("Projects were not counted: %s", error.detail)
        await asyncio.sleep(COUNT_AGAIN)


async def count_projects(cluster: Cluster, hub: Hub) -> census.Census:
    """Count the projects once."""
    selector = labels.make_selector(**{labels.APP: hub.application})
    found, accounts = await asyncio.gather(
        cluster.find("v1", "Namespace", selector=selector),
        cluster.find("v1", "ServiceAccount", hub.namespace, selector),
    )
    counted = census.count(found, accounts, hub, datetime.now(UTC))
    metrics.PROJECTS.set(len(counted.alive))
    metrics.ORPHANED.set(len(counted.orphans))
    return counted


def make_uses(keeper: Any) -> rights.Uses:
    """What the settings use beside what each session has."""
    return rights.Uses(
        home=bool(keeper.volume_size),
        delete_home=bool(keeper.volume_size) and keeper.delete_pvc,
        events=keeper.events_enabled,
        refresh=keeper.identity == plan.USER_TOKEN,
        reserve=keeps_reserve(keeper),
        api_endpoints=keeper.needs_api_networks(),
    )


async def uses_streams(keeper: Any) -> bool:
    """Whether some image may be an ImageStream's, on a cluster that has those."""
    profiles = keeper.profile_list if isinstance(keeper.profile_list, list) else []
    overrides = [profile.get("kubespawner_override") or {} for profile in profiles]
    names = [keeper.image, *(o["image"] for o in overrides if isinstance(o.get("image"), str))]
    return bool(images.list_streams(names)) and await resolving.has_streams(keeper.cluster)


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
