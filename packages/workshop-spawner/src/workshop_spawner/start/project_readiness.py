"""Wait, for a while, until a new project is ready for its first objects."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from typing import TypeVar

from workshop_kube.errors import ForbiddenError
from workshop_kube.rules.manifests import make_reference
from workshop_spawner.concurrency import run_together
from workshop_spawner.kube.cluster import Cluster
from workshop_spawner.model.errors import TemporaryError
from workshop_spawner.rules import readiness

T = TypeVar("T")

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 1.0
# Seconds after which a project that is not ready fails the start.
LONGEST = 30.0


async def wait_ready(
    cluster: Cluster, project: str, home: str, longest: float | None = None
) -> None:
    """Return once the project is ready; `home` is the hub's namespace.

    TemporaryError with what is missing when that takes too long.
    """
    longest = LONGEST if longest is None else longest
    give_up, pause = time.monotonic() + longest, FIRST_PAUSE
    allots = await allots_users(cluster, home)
    while missing := await look(cluster, project, allots):
        if time.monotonic() + pause > give_up:
            raise TemporaryError(
                "The cluster takes too long to set up your project; please try again.",
                f"project {project} is not ready after {longest:g} s, it lacks "
                f"{' and '.join(missing)}",
            )
        await asyncio.sleep(pause)
        pause = min(LONGEST_PAUSE, pause * 2)


async def look(cluster: Cluster, project: str, allots: bool) -> list[str]:
    """What the project lacks now, as far as the hub's account may see it."""
    account, quotas, namespace = await run_together(
        _read(cluster.find(make_reference("v1", "ServiceAccount", readiness.ACCOUNT, project)), {}),
        _read(cluster.list("v1", "ResourceQuota", project), []),
        _read(cluster.find(make_reference("v1", "Namespace", project)) if allots else None, {}),
    )
    # Who may not look at the namespace cannot wait for it.
    allots = allots and namespace != {}
    return readiness.find_missing(namespace, account, quotas, allots=allots)


async def _read(reading: Awaitable[T] | None, unseen: T) -> T:
    """What was read; `unseen` where we may not."""
    try:
        return await reading if reading is not None else unseen
    except ForbiddenError:
        return unseen


async def allots_users(cluster: Cluster, home: str) -> bool:
    """Whether the cluster allots user ids to namespaces: the hub's own then has some."""

    async def ask() -> bool:
        found = await _read(cluster.find(make_reference("v1", "Namespace", home)), {})
        return readiness.allots_users(found)

    return bool(await cluster.facts.learn("allots users", ask))
