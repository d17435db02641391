"""Free projects that finalizers keep terminating, and tell of those that cannot be freed, once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field, replace

from workshop_culler.clients.cluster import Cluster
from workshop_culler.rules import freeing, orphans
from workshop_culler.rules.models import ObjectMeta
from workshop_kube import errors
from workshop_kube.rules.kinds import Kind

ListObjects = Callable[[Kind, str], Awaitable[list[ObjectMeta]]]

# One that could not be freed is tried again every so many looks: rights may be given meanwhile.
TRY_AGAIN = 20


@dataclass
class Freer:
    """Takes finalizers off what somebody has asked to delete in a stuck project.

    `held` are the projects that could not be freed, by UID, each with what was last told of it.
    It is forgotten with the process: a culler that restarts tells once more.
    """

    cluster: Cluster
    list_objects: ListObjects
    log: logging.Logger
    held: dict[str, str] = field(default_factory=dict)
    _rest: dict[str, int] = field(default_factory=dict)

    def forget_all_but(self, uids: Collection[str]) -> None:
        """Forget projects that are gone."""
        for known in (self.held, self._rest):
            for uid in known.keys() - uids:
                del known[uid]

    async def free(self, project: ObjectMeta, reason: str) -> str:
        """Free a project; what was freed in it, or empty."""
        if self._rest.get(project.uid, 0):
            self._rest[project.uid] -= 1
            return ""
        attempt = await self._look_through(project)
        if done := freeing.render_freed(attempt):
            self.held.pop(project.uid, None)
            return done
        self._rest[project.uid] = TRY_AGAIN - 1
        attempt = replace(attempt, holding=await self._find_holding(project))
        self._tell(project, freeing.render_held(project.name, reason, attempt), attempt)
        return ""

    def _tell(self, project: ObjectMeta, sentence: str, attempt: freeing.Attempt) -> None:
        """Say it once; again only if something else holds the project."""
        known = repr(attempt)
        level = logging.DEBUG if self.held.get(project.uid) == known else logging.WARNING
        self.held[project.uid] = known
        self.log.log(level, "%s", sentence)

    async def _look_through(self, project: ObjectMeta) -> freeing.Attempt:
        kinds, broken = await self.cluster.list_kinds("list", "patch")
        found = await asyncio.gather(*(self._free_kind(kind, project) for kind in kinds))
        return freeing.Attempt(
            tuple(name for each in found for name in each.freed),
            tuple(sorted(name for each in found for name in each.forbidden)),
            (*broken, *(name for each in found for name in each.broken)),
        )

    async def _free_kind(self, kind: Kind, project: ObjectMeta) -> freeing.Attempt:
        freed: list[str] = []
        try:
            for item in await self.list_objects(kind, project.name):
                if orphans.decide_finalizers(item).acts:
                    await self._remove_finalizers(item)
                    freed.append(str(item))
        except errors.ForbiddenError:
            return freeing.Attempt(tuple(freed), (kind.plural,))
        except errors.KubeError as error:
            return freeing.Attempt(tuple(freed), (), (f"{kind.plural} ({error})",))
        return freeing.Attempt(tuple(freed))

    async def _remove_finalizers(self, item: ObjectMeta) -> None:
        patch = {"metadata": {"uid": item.uid, "finalizers": None}}
        with contextlib.suppress(errors.GoneError):
            await self.cluster.change(item.reference, patch)

    async def _find_holding(self, project: ObjectMeta) -> str:
        try:
            return freeing.find_holding(await self.cluster.find(project.reference))
        except errors.KubeError:
            return ""
