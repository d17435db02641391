"""How many sessions are held ready: as the settings say, and what was asked for ahead of a class.

What was asked for is an annotation of the hub's Lease, so that a hub that starts again goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from workshop_kube import labels
from workshop_kube.errors import KubeError
from workshop_spawner.context import HubContext, PoolState
from workshop_spawner.kube.cluster import Cluster
from workshop_spawner.logs import Log
from workshop_spawner.model.errors import PermanentError, TemporaryError
from workshop_spawner.rules.reserve import prestart, size
from workshop_spawner.rules.reserve.prestart import Prestart
from workshop_spawner.rules.reserve.size import ReserveSize

# Seconds for each request about the note: somebody waits for it.
PATIENCE = 5.0
FORBIDDEN = 403
NOT_KEPT = (
    "The cluster does not take the note of it, so that a hub that starts again would not know it: "
    "nothing was changed. Try again in a minute."
)

# Why no places, and why no pods, can be held; None where they can.
Problems = Callable[[], Awaitable[tuple[str | None, str | None]]]


async def find_no_problems() -> tuple[str | None, str | None]:
    """Nothing is in the way."""
    return None, None


@dataclass
class Reserve:
    """The size of one hub's pool as time goes on; `usual` without anybody's asking."""

    context: HubContext
    cluster: Cluster
    lease: Mapping[str, Any]
    usual: Callable[[datetime], ReserveSize]
    log: Log
    limit: int = 0
    find_problems: Problems = find_no_problems
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    _asked: Prestart | None = field(default=None, init=False)
    _is_saved: bool = field(default=True, init=False)
    _pod_problem: str = field(default="", init=False)
    _changing: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _changed: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    async def load(self) -> None:
        """Take up what the hub before this one was asked for; KubeError where nobody can tell."""
        try:
            found = await self.cluster.within(PATIENCE).find(self.lease)
        except KubeError as error:
            if error.status != FORBIDDEN:
                raise
            self.log.warning("What was asked for ahead of a class cannot be read: %s", error)
            return
        metadata = (found or {}).get("metadata") or {}
        noted = (metadata.get("annotations") or {}).get(labels.PRESTART)
        self._asked = prestart.read_note(noted)
        if noted and self._asked is None:
            self.log.warning("What was asked for ahead of a class cannot be read: %.200r", noted)

    def find_size(self) -> ReserveSize:
        """How many are to be ready now."""
        now = self.clock()
        return size.find_size(self.usual(now), self._asked, now)

    async def wait_until_wanted(self, pause: float) -> None:
        """Wait until some session is to be ready; looks every `pause` seconds, or when asked."""
        while not self.find_size().sessions:
            self._changed.clear()
            try:
                async with asyncio.timeout(pause):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def count_use(self) -> None:
        """Somebody has come: one place less is held."""
        left = prestart.use_one(self._asked, self.clock())
        self._is_saved = self._is_saved and left == self._asked
        self._asked = left

    async def save(self) -> None:
        """Write down how many were used; what could not be written is written the next time.

        A hub that dies before makes so many again, until their time is over.
        """
        async with self._changing:
            if self._is_saved:
                return
            asked = self._asked
            try:
                await self._note(asked)
            except KubeError as error:
                self.log.warning("How many places were used is not noted: %s", error)
                return
            self._is_saved = self._asked == asked

    async def ask(self, body: object) -> dict[str, Any]:
        """Hold places, in place of those that were asked for before; what `describe` says then.

        PrestartError where it cannot be, TemporaryError or PermanentError where the hub cannot.
        """
        asked = prestart.parse_prestart(body, self.clock(), self.limit)
        places, pods = await self._ask_problems()
        if places:
            raise PermanentError(f"No place can be held ready here: {places}.")
        self._pod_problem = pods or ""
        async with self._changing:
            await self._replace(prestart.keep_count(asked, self._asked))
        return self.describe()

    async def cancel(self) -> dict[str, Any]:
        """Hold none any more but the usual ones; again is no error."""
        async with self._changing:
            await self._replace(None)
        return self.describe()

    async def _replace(self, asked: Prestart | None) -> None:
        try:
            await self._note(asked)
        except KubeError as error:
            self.log.warning("Places ahead of a class are not noted: %s", error)
            raise TemporaryError(NOT_KEPT, str(error)) from error
        self._asked, self._is_saved = asked, True
        self._changed.set()
        if self.context.pool is not None:
            self.context.pool.wake()

    async def _ask_problems(self) -> tuple[str | None, str | None]:
        try:
            return await self.find_problems()
        except KubeError as error:
            raise TemporaryError("The cluster does not answer; try again.", str(error)) from error

    async def _note(self, asked: Prestart | None) -> None:
        text = prestart.render_note(asked) if asked else None
        change = {"metadata": {"annotations": {labels.PRESTART: text}}}
        await self.cluster.within(PATIENCE).change(self.lease, change)

    def describe(self) -> dict[str, Any]:
        """What is held, how far it is, and why it is not all, for who has asked."""
        now, pool = self.clock(), self.context.pool
        state = pool.describe() if pool is not None else PoolState()
        asked = self._asked if self._asked and now < self._asked.until else None
        troubles = (self._pod_problem, *state.troubles) if asked and asked.pods else state.troubles
        has_pods = not self._pod_problem
        return prestart.render_progress(
            asked, state.sessions, state.pods, troubles, has_pods=has_pods
        )
