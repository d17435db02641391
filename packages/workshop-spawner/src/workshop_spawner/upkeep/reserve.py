"""Keep sessions ready ahead, and hand each out once.

Called by spawner.py. Whoever changes the account of a reserved session first has it: the change
carries the version that was read, so that of two hubs (or two requests) only one succeeds.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from workshop_spawner import labels, metrics, plan, steps
from workshop_spawner.api.cluster import Cluster, make_reference
from workshop_spawner.errors import GoneError, NameTakenError, PermanentError, WorkshopError
from workshop_spawner.progress import Journal
from workshop_spawner.session import Hub, Session

from . import reserving

PAUSE = 60.0
"""Seconds between two looks at the reserve when nothing was taken from it."""
AT_ONCE = 3
"""How many are made side by side; visitors' own starts come first."""
PATIENCE = 5.0
"""Seconds for which a claim is tried: a start without the reserve takes hardly longer."""

Planner = Callable[[Session], Sequence[plan.Step]]


class Reserve:
    """The reserve of one hub: `size` sessions, made by `planner`."""

    def __init__(self, cluster: Cluster, hub: Hub, planner: Planner, size: int, log: Any) -> None:
        self._cluster = cluster
        self._quick = cluster.with_patience(PATIENCE)
        self._hub = hub
        self._planner = planner
        self._size = size
        self._log = log
        self._ready: list[Mapping[str, Any]] = []
        self._taken = asyncio.Event()
        self._tidied: float | None = None
        sample = reserving.make_sample(hub)
        self._recipe = reserving.make_recipe(planner(sample), sample)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to hand out."""
        return not self._ready

    async def run(self) -> None:
        """Keep the reserve full for ever; what goes wrong is tried again at the next look."""
        while True:
            try:
                await self.fill()
            except WorkshopError as error:
                self._log.warning("The reserve was not filled: %s", error.detail)
            except Exception:  # noqa: BLE001 - the loop must go on
                self._log.exception("The reserve was not filled")
            try:
                async with asyncio.timeout(PAUSE):
                    await self._taken.wait()
            except TimeoutError:
                continue

    async def fill(self) -> None:
        """One look: take stock, remove what is stale, make what is missing."""
        self._taken.clear()
        selector = reserving.make_selector(self._hub)
        found = await self._cluster.find("v1", "ServiceAccount", self._hub.namespace, selector)
        judged = reserving.judge(found, self._hub, self._recipe, datetime.now(UTC))
        self._ready = list(judged.ready)
        metrics.RESERVE.set(len(self._ready))
        await asyncio.gather(*(self._remove(account) for account in judged.stale))
        missing = self._size - len(judged.ready) - len(judged.growing)
        turns = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(self._make(turns) for _ in range(missing)))
        if self._tidied is None or time.monotonic() - self._tidied > PAUSE:
            await self._tidy({account["metadata"]["name"] for account in found})
            self._tidied = time.monotonic()

    async def _make(self, turns: asyncio.Semaphore) -> None:
        async with turns:
            session = reserving.make_session(self._hub)
            start = steps.Start(self._cluster, session, Journal())
            try:
                await start.run([reserving.reserve_step(s) for s in self._planner(session)])
                account = start.made[plan.ACCOUNT][0]
                ready = {reserving.READY: "true", reserving.RECIPE: self._recipe}
                change = {"metadata": {"annotations": ready}}
                reference = self._refer("ServiceAccount", account["metadata"]["name"])
                self._ready.append(await self._cluster.merge(reference, change))
            except BaseException as error:
                await asyncio.shield(asyncio.ensure_future(start.undo()))
                if not isinstance(error, WorkshopError):
                    raise
                self._log.warning("No session was made ready: %s", error.detail)
        metrics.RESERVE.set(len(self._ready))

    async def take(
        self, session: Session, recipe: str = ""
    ) -> tuple[Session, Mapping[str, Any]] | None:
        """Hand one out for a visitor: their session under its names, and its account; or None.

        None, too, for a visitor whose own `recipe` is another one (a profile with another budget),
        and where the cluster does not let us: then the start goes on without the reserve.
        """
        if recipe and recipe != self._recipe:
            return None
        try:
            while self._ready:
                account = self._ready.pop(0)
                metrics.RESERVE.set(len(self._ready))
                taken = reserving.take_over(account, session)
                claimed = await self._claim(account, taken)
                if claimed is not None:
                    return taken, claimed
        except WorkshopError as error:
            self._log.warning(
                "A reserved session cannot be handed out, the start goes on without: %s",
                error.detail,
            )
        finally:
            self._taken.set()
        return None

    async def _claim(self, account: Mapping[str, Any], taken: Session) -> Mapping[str, Any] | None:
        """Make account and project the visitor's; None when another one may still be had.

        What is refused stays as it is, for the next pass. What may have been done, or is done by
        half, is removed: it is nobody's, as the visitor's start goes on under other names.
        """
        try:
            claimed = await self._claim_account(account, taken)
        except PermanentError:
            raise
        except BaseException:
            await self._give_up(account)
            raise
        if claimed is None:
            return None
        project = make_reference("v1", "Namespace", taken.project)
        try:
            await self._quick.merge(project, reserving.make_claim(taken))
        except BaseException:
            await self._give_up(claimed)
            raise
        return claimed

    async def _claim_account(
        self, account: Mapping[str, Any], taken: Session
    ) -> Mapping[str, Any] | None:
        reference = self._refer("ServiceAccount", taken.account)
        claim = reserving.make_claim(taken, account["metadata"]["resourceVersion"])
        try:
            return await self._quick.merge(reference, claim)
        except (NameTakenError, GoneError):
            # Somebody was faster - or we were, and the answer was lost.
            found = await self._quick.get(reference)
            notes = (found or {}).get("metadata", {}).get("annotations") or {}
            return found if notes.get(labels.CLAIM) == taken.claim else None

    async def _give_up(self, account: Mapping[str, Any]) -> None:
        """Remove a reserved session, also when the start is cancelled meanwhile."""
        await asyncio.shield(asyncio.ensure_future(self._try_to_remove(account)))

    async def _try_to_remove(self, account: Mapping[str, Any]) -> None:
        try:
            await self._remove(account, self._quick)
        except WorkshopError as error:
            self._log.error("Could not undo a hand-out, left to the culler: %s", error.detail)

    async def _tidy(self, kept: set[str]) -> None:
        """Finish what a hub that died has half done; `kept` are the accounts of the reserve.

        Projects whose account was handed out go with it; those whose account is gone are removed.
        """
        selector = reserving.make_selector(self._hub)
        for project in await self._cluster.find("v1", "Namespace", selector=selector):
            metadata = project["metadata"]
            if not reserving.is_reserved(metadata, self._hub) or metadata["name"] in kept:
                continue
            account = await self._cluster.get(
                self._refer("ServiceAccount", metadata["annotations"][labels.ACCOUNT])
            )
            age = datetime.now(UTC) - datetime.fromisoformat(metadata["creationTimestamp"])
            if account is None and age > reserving.UNFINISHED:
                metrics.ORPHANS.inc()
                await self._cluster.delete(project)
            elif account is not None and labels.is_ours(account["metadata"], self._hub):
                given = account["metadata"]
                change = {key: given[key] for key in ("labels", "annotations")}
                await self._cluster.merge(project, {"metadata": change})

    async def _remove(self, account: Mapping[str, Any], cluster: Cluster | None = None) -> None:
        cluster = cluster or self._cluster
        metadata = account["metadata"]
        session_id = metadata["labels"][labels.SESSION]
        project = make_reference("v1", "Namespace", metadata["name"])
        await cluster.delete_if_of(project, session_id)
        await cluster.delete({**account, "apiVersion": "v1", "kind": "ServiceAccount"})

    def _refer(self, kind: str, name: str) -> dict[str, Any]:
        return make_reference("v1", kind, name, self._hub.namespace)
