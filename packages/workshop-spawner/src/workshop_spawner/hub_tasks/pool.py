"""Keep sessions ready ahead, and hand each out once.

Whoever changes the account of a reserved session first has it: the change carries the version that
was read, so that of two hubs (or two requests) only one succeeds.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from workshop_kube import labels
from workshop_kube.errors import ConflictError, GoneError
from workshop_kube.rules.manifests import make_reference
from workshop_spawner import metrics
from workshop_spawner.concurrency import run_together
from workshop_spawner.context import Pool, PoolState, Sizes
from workshop_spawner.hub_tasks.warm_pods import WarmPods
from workshop_spawner.kube.cluster import Cluster
from workshop_spawner.logs import Log
from workshop_spawner.model import session_labels
from workshop_spawner.model.session import Hub, Session
from workshop_spawner.rules import plan, pool_rules
from workshop_spawner.rules.api_errors import FAILURES, explain, is_refusal
from workshop_spawner.rules.reserve.size import ReserveSize
from workshop_spawner.start import steps
from workshop_spawner.start.progress import Progress

# Seconds between two looks at the pool when nothing was taken from it.
PAUSE = 60.0
# The same while pods come up.
SHORT_PAUSE = 2.0
# Visitors' own starts come first: the pool is filled once nobody has come for so long and no start
# is under way, or at last.
CALM, LONGEST_RUSH = 0.5, 10.0
# How many are made side by side; visitors' own starts come first.
AT_ONCE = 3
# Seconds after which one that was handed out is no longer being handed out, whatever became of it.
HANDED_OUT = 3600.0
# Seconds for which a checkout is tried: a start without the pool takes hardly longer.
PATIENCE = 5.0

Planner = Callable[[Session], Sequence[plan.Step]]


class SessionPool:
    """The pool of one hub: of this `size`, or as it changes, made by `planner`."""

    def __init__(
        self,
        cluster: Cluster,
        hub: Hub,
        planner: Planner,
        size: int | Sizes,
        log: Log,
        clock: Callable[[], float] = time.monotonic,
        pods: WarmPods | None = None,
    ) -> None:
        self._cluster = cluster
        self._sizes = size if not isinstance(size, int) else None
        self._size = size if isinstance(size, int) else 0
        # Why sessions were not made at the last look; empty where all were.
        self._trouble = ""
        self._quick = cluster.within(PATIENCE)
        self._hub = hub
        self._planner = planner
        self._log = log
        self._clock = clock
        self._pods = pods
        # Whether visitors' starts are under way, which come first.
        self.is_rush: Callable[[], bool] = lambda: False
        # Sessions that are being handed out by id: since when, and the pod that waits in them.
        self._busy: dict[str, tuple[float, Mapping[str, Any] | None]] = {}
        self._ready: list[Mapping[str, Any]] = []
        self._taken = asyncio.Event()
        self._tidied: float | None = None
        # In whole seconds, as the cluster dates its objects.
        self._begun = datetime.now(UTC).replace(microsecond=0)
        sample = pool_rules.make_sample(hub)
        self._fingerprint = pool_rules.make_fingerprint(planner(sample), sample)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to hand out."""
        return not self._ready

    async def run(self) -> None:
        """Keep the pool full for ever; what goes wrong is tried again at the next look."""
        while True:
            try:
                await self.fill()
            except FAILURES as error:
                self._log.warning("The pool was not filled: %s", explain(error).detail)
            except Exception:  # noqa: BLE001 - the loop must go on
                self._log.exception("The pool was not filled")
            try:
                growing = self._pods is not None and self._pods.is_growing
                async with asyncio.timeout(SHORT_PAUSE if growing else PAUSE):
                    await self._taken.wait()
                await self._wait_for_calm()
            except TimeoutError:
                continue

    async def _wait_for_calm(self) -> None:
        """Wait until the visitors who come at the same moment have their sessions."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_RUSH):
                while self._taken.is_set() or self.is_rush():
                    self._taken.clear()
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(CALM):
                            await self._taken.wait()

    async def fill(self) -> None:
        """One look: take stock, remove what is stale, make what is missing."""
        self._taken.clear()
        size = await self._find_size()
        selector = pool_rules.make_selector(self._hub)
        found = await self._cluster.list(
            "v1", "ServiceAccount", self._hub.namespace, selector=selector
        )
        state = pool_rules.sort_accounts(
            found,
            self._hub,
            self._fingerprint,
            datetime.now(UTC),
            size=size.sessions,
            since=self._begun,
        )
        # One that was handed out since they were listed is nobody else's.
        self._ready = [one for one in state.ready if not self._is_busy(get_id(one))]
        metrics.RESERVE.set(len(self._ready))
        await run_together(*(self._remove(account) for account in state.stale))
        self._trouble = ""
        missing = size.sessions - len(state.ready) - len(state.growing)
        turns = asyncio.Semaphore(AT_ONCE)
        await run_together(*(self._make(turns) for _ in range(missing)))
        if self._pods is not None:
            pods = size.pods if self._sizes is not None else None
            await self._pods.fill(self.ready, self._is_busy, pods)
        if self._tidied is None or self._clock() - self._tidied > PAUSE:
            await self._tidy({account["metadata"]["name"] for account in found})
            self._tidied = self._clock()

    async def _find_size(self) -> ReserveSize:
        """How large it is to be now, once what was handed out is written down."""
        if self._sizes is None:
            return ReserveSize(self._size)
        await self._sizes.save()
        return self._sizes.find_size()

    def describe(self) -> PoolState:
        """How far it is, and what it waits for."""
        pods = self._pods
        troubles = [self._trouble, *(pods.list_troubles() if pods is not None else ())]
        return PoolState(
            len(self._ready),
            pods.count_ready() if pods is not None else 0,
            tuple(trouble for trouble in troubles if trouble),
        )

    async def _make(self, turns: asyncio.Semaphore) -> None:
        async with turns:
            session = pool_rules.make_session(self._hub)
            start = steps.Start(self._cluster, session, Progress())
            try:
                await start.run(pool_rules.make_pool_steps(self._planner(session)))
                account = start.made[plan.ACCOUNT][0]
                ready = {pool_rules.READY: "true", pool_rules.FINGERPRINT: self._fingerprint}
                change = {"metadata": {"annotations": ready}}
                reference = self._refer("ServiceAccount", account["metadata"]["name"])
                self._ready.append(await self._cluster.change(reference, change))
            except BaseException as error:
                await asyncio.shield(asyncio.ensure_future(start.undo()))
                if not isinstance(error, FAILURES):
                    raise
                told = explain(error)
                self._trouble = f"No session could be made ready: {told}"
                self._log.warning("No session was made ready: %s", told.detail)
        metrics.RESERVE.set(len(self._ready))

    @property
    def ready(self) -> tuple[Mapping[str, Any], ...]:
        """The accounts of the sessions that can be handed out, the next one first."""
        return tuple(self._ready)

    def take(self, wants_pod: bool = False) -> Mapping[str, Any] | None:
        """Take the next one out, to be handed out; None when there is none.

        The one whose pod is up first for who `wants_pod`; else one without, where there is one.
        """
        if not self._ready:
            return None
        pods, order = self._pods, list(range(len(self._ready)))
        if pods is not None:
            ranks = [pods.rank(get_id(account)) for account in self._ready]
            order = sorted(order, key=lambda i: ranks[i] if wants_pod else -ranks[i])
        account = self._ready.pop(order[0])
        metrics.RESERVE.set(len(self._ready))
        pod = pods.take(get_id(account)) if pods is not None else None
        self._busy[get_id(account)] = (self._clock(), pod)
        return account

    def _is_busy(self, session: str) -> bool:
        """Whether the session of this id is being handed out: its pod is not ours to remove."""
        now = self._clock()
        kept = {key: each for key, each in self._busy.items() if now - each[0] < HANDED_OUT}
        self._busy = kept
        return session in kept

    def problem_with_pod(self, fingerprint: str) -> str | None:
        """Why no pod that waits is as the visitor's would be: `unfit` or `none`; None: one is."""
        if self._pods is None or not self._pods.fits(fingerprint):
            return "unfit"
        return None if self._pods.has_some else "none"

    @property
    def has_pods(self) -> bool:
        """Whether pods are kept ahead."""
        return self._pods is not None and self._pods.is_kept

    def take_pod(self, session: str) -> Mapping[str, Any] | None:
        """The pod of a session that was handed out, to be handed over or removed; None: none."""
        return self._busy.get(session, (0, None))[1]

    def take_key(self, session: str) -> bytes:
        """What seals the hand-over to the pod of this session, once; empty where nobody knows."""
        return self._pods.take_key(session) if self._pods is not None else b""

    def wake(self) -> None:
        """Look at the pool soon: a session has started."""
        self._taken.set()

    async def check_out(
        self, session: Session, fingerprint: str = "", *, wants_pod: bool = False
    ) -> tuple[Session, Mapping[str, Any]] | None:
        """Hand one out for a visitor: their session under its names, and its account; or None.

        None, too, where the `fingerprint` of theirs is another one (a profile with another budget),
        and where the cluster does not let us: then the start goes on without the pool.
        """
        if fingerprint and fingerprint != self._fingerprint:
            return None
        try:
            while account := self.take(wants_pod):
                taken = self._take_over(account, session, wants_pod)
                theirs = await self._make_theirs(account, taken)
                if theirs is not None:
                    if self._sizes is not None:
                        self._sizes.count_use()
                    return taken, theirs
        except FAILURES as error:
            self._log.warning(
                "A reserved session cannot be handed out, the start goes on without: %s",
                explain(error).detail,
            )
        finally:
            self._taken.set()
        return None

    def _take_over(self, account: Mapping[str, Any], session: Session, wants_pod: bool) -> Session:
        taken = pool_rules.take_over(account, session)
        pod = self.take_pod(taken.id) if wants_pod else None
        return replace(taken, pod_name=pod["metadata"]["name"]) if pod else taken

    async def _make_theirs(
        self, account: Mapping[str, Any], taken: Session
    ) -> Mapping[str, Any] | None:
        """Make account and projects the visitor's; None when another one may still be had.

        What is refused stays as it is, for the next pass. What may have been done, or is done by
        half, is removed: it is nobody's, as the visitor's start goes on under other names.
        """
        try:
            theirs = await self._make_account_theirs(account, taken)
        except BaseException as error:
            self._busy.pop(get_id(account), None)
            if not is_refusal(error):
                await self.give_up(account)
            raise
        if theirs is None:
            self._busy.pop(get_id(account), None)
            return None
        try:
            names = pool_rules.list_projects(self._planner(taken))
            spaces = [make_reference("v1", "Namespace", name) for name in names]
            checkout = pool_rules.make_checkout(taken)
            await run_together(*(self._quick.change(space, checkout) for space in spaces))
        except BaseException:
            await self.give_up(theirs)
            raise
        return theirs

    async def _make_account_theirs(
        self, account: Mapping[str, Any], taken: Session
    ) -> Mapping[str, Any] | None:
        reference = self._refer("ServiceAccount", taken.account)
        checkout = pool_rules.make_checkout(taken, account["metadata"]["resourceVersion"])
        try:
            return await self._quick.change(reference, checkout)
        except (ConflictError, GoneError):
            # Somebody was faster - or we were, and the answer was lost.
            found = await self._quick.find(reference)
            annotations = (found or {}).get("metadata", {}).get("annotations") or {}
            return found if annotations.get(labels.CHECKOUT) == taken.checkout else None

    async def give_up(self, account: Mapping[str, Any]) -> None:
        """Remove a session that was taken out, also when the start is cancelled meanwhile."""
        await asyncio.shield(asyncio.ensure_future(self._try_to_remove(account)))

    async def _try_to_remove(self, account: Mapping[str, Any]) -> None:
        try:
            await self._remove(account, self._quick)
        except FAILURES as error:
            self._log.error(
                "Could not undo a hand-out, left to the culler: %s", explain(error).detail
            )

    async def _tidy(self, kept: set[str]) -> None:
        """Finish what a hub that died has half done; `kept` are the accounts of the pool.

        Projects whose account was handed out go with it; those whose account is gone are removed.
        """
        selector = pool_rules.make_selector(self._hub)
        for project in await self._cluster.list("v1", "Namespace", selector=selector):
            metadata = project["metadata"]
            if not pool_rules.is_reserved(metadata, self._hub) or metadata["name"] in kept:
                continue
            account = await self._cluster.find(
                self._refer("ServiceAccount", metadata["annotations"][labels.ACCOUNT])
            )
            left = pool_rules.was_left(metadata, datetime.now(UTC), self._begun)
            if account is None and left:
                metrics.ORPHANS.inc()
                await self._cluster.delete_exactly(project)
            elif account is not None and session_labels.is_ours(account["metadata"], self._hub):
                given = account["metadata"]
                change = {key: given[key] for key in ("labels", "annotations")}
                await self._cluster.change(project, {"metadata": change})

    async def _remove(self, account: Mapping[str, Any], cluster: Cluster | None = None) -> None:
        cluster = cluster or self._cluster
        metadata = account["metadata"]
        session_id = metadata["labels"][labels.SESSION]
        selector = labels.make_selector({labels.SESSION: session_id})
        for project in await cluster.list("v1", "Namespace", selector=selector):
            found = project["metadata"]
            if pool_rules.is_reserved(found, self._hub) or session_labels.is_ours(found, self._hub):
                await cluster.delete_exactly(project)
        await cluster.delete_exactly(account)

    def _refer(self, kind: str, name: str) -> dict[str, Any]:
        return make_reference("v1", kind, name, self._hub.namespace)


def get_id(account: Mapping[str, Any]) -> str:
    """The id of the session that an account of the pool is of."""
    return str(account["metadata"]["labels"][labels.SESSION])


async def check_out(
    pool: Pool | None, session: Session, spec: plan.SessionSpec, wants_pod: bool = False
) -> tuple[Session, Mapping[str, Any] | None]:
    """The session under the names of one that is ready, and its account, where there is one.

    With `wants_pod` one in which a pod waits, where there is one.
    """
    if pool is None or pool.is_empty or session.suffix:
        return session, None
    sample = pool_rules.make_sample(session.hub)
    ready = plan.make_ready_steps(sample, plan.fill_in(spec, sample))
    fingerprint = pool_rules.make_fingerprint(ready, sample)
    return await pool.check_out(session, fingerprint, wants_pod=wants_pod) or (session, None)
