"""Keep pods running ahead in the sessions of a pool."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol

from workshop_kube import labels
from workshop_launch import sealing
from workshop_spawner import metrics
from workshop_spawner.concurrency import run_together
from workshop_spawner.kube.cluster import Cluster
from workshop_spawner.logs import Log
from workshop_spawner.manifests import accounts
from workshop_spawner.model.session import Hub, Session
from workshop_spawner.rules import pool_rules, warm_pods
from workshop_spawner.rules.api_errors import FAILURES, explain
from workshop_spawner.rules.warm_pods import Prepared, StockRules

Pod = Mapping[str, Any]
# How many are made side by side; visitors' own starts come first.
AT_ONCE = 5


class PodTemplate(Protocol):
    """Pods of nobody, as the settings make them; see pod_template.py."""

    async def prepare(self, session: Session) -> Prepared:
        """The pod of this reserved session."""


class WarmPods:
    """The pods that wait in the reserved sessions of one hub, each in one of its own."""

    def __init__(
        self,
        cluster: Cluster,
        hub: Hub,
        template: PodTemplate,
        rules: StockRules,
        limit: int,
        log: Log,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._cluster = cluster
        self._hub = hub
        self._template = template
        self._rules = rules
        self._limit = limit
        self._log = log
        self._clock = clock
        self._ready: dict[str, Pod] = {}
        self._growing: dict[str, Pod] = {}
        # What opens their hand-overs, as it is in their Secrets, so that nobody has to ask for it.
        self._keys: dict[str, bytes] = {}
        self._fingerprint = ""
        # Whether some are to be kept, by the last look.
        self.is_kept = bool(rules.size)
        self._trouble = ""
        # Looks in a row that found pods that had failed, and until when none is made.
        self._failures = 0
        self._resumes = datetime.min.replace(tzinfo=UTC)

    @property
    def is_growing(self) -> bool:
        """Whether some pod is on its way, so that one looks again soon."""
        return bool(self._growing)

    @property
    def has_some(self) -> bool:
        """Whether a pod waits, or is on its way."""
        return bool(self._ready or self._growing)

    def fits(self, fingerprint: str) -> bool:
        """Whether the pods that wait are of this fingerprint."""
        return fingerprint == self._fingerprint

    def rank(self, session: str) -> int:
        """How soon the session of this id has a server: 0 at once, 1 soon, 2 without our doing."""
        return 0 if session in self._ready else 1 if session in self._growing else 2

    def take(self, session: str) -> Pod | None:
        """The pod of this session, no longer ours; None where there is none."""
        pod = self._ready.pop(session, None) or self._growing.pop(session, None)
        metrics.RESERVED_PODS.set(len(self._ready))
        return pod

    def count_ready(self) -> int:
        """How many pods wait and are ready."""
        return len(self._ready)

    def list_troubles(self) -> tuple[str, ...]:
        """Why not all are ready, in sentences: what failed, and what some still wait for."""
        waiting = warm_pods.list_waiting(self._growing.values())
        return tuple(filter(None, (self._trouble, *waiting)))

    def take_key(self, session: str) -> bytes:
        """The key of this session's pod, once; empty where an earlier hub has made the pod."""
        return self._keys.pop(session, b"")

    async def fill(
        self,
        sessions: Sequence[Mapping[str, Any]],
        busy: Callable[[str], bool],
        size: int | None = None,
    ) -> None:
        """One look: remove what is of no use, and make what is missing in these sessions.

        `sessions` are accounts that can be handed out; `busy` says which are being handed out now.
        Where `size` is given, so many are to wait from now on.
        """
        if size is not None:
            if not (size or self.is_kept):
                return
            self._rules = replace(self._rules, size=size)
        sample = await self._template.prepare(pool_rules.make_sample(self._hub))
        self._fingerprint = warm_pods.make_fingerprint(sample)
        found, running = await self._list_pods()
        free = [pod for pod in found if not busy(pod["metadata"]["labels"][labels.SESSION])]
        wanted = warm_pods.count_wanted(self._rules.size, self._limit, running)
        self.is_kept = bool(self._rules.size or found)
        self._trouble = warm_pods.render_limit(self._rules.size, wanted, self._limit)
        rules = StockRules(wanted, self._rules.age, self._rules.patience)
        ids = {account["metadata"]["labels"][labels.SESSION]: account for account in sessions}
        stock = warm_pods.sort_pods(free, ids.keys(), self._fingerprint, self._clock(), rules)
        self._ready, self._growing = dict(stock.ready), dict(stock.growing)
        self._keys = {
            one: key for one, key in self._keys.items() if self.rank(one) < 2 or busy(one)
        }
        metrics.RESERVED_PODS.set(len(self._ready))
        await run_together(*(self._remove(pod) for pod in stock.stale))
        self._note_failures(stock.stale)
        missing = wanted - len(stock.ready) - len(stock.growing)
        if self._clock() < self._resumes:
            return
        bare = [ids[key] for key in ids if self.rank(key) == 2 and not busy(key)]
        turns = asyncio.Semaphore(AT_ONCE)
        await run_together(
            *(self._make(account, busy, turns) for account in bare[: max(0, missing)])
        )

    def _note_failures(self, removed: Sequence[Pod]) -> None:
        """Tell why pods fail, and make none for a while: one that is like them would fail, too."""
        causes = {cause for pod in removed if (cause := warm_pods.find_failure(pod))}
        if not causes:
            self._failures = 0 if self._ready else self._failures
            return
        self._trouble = f"Pods that should wait fail: {'; '.join(sorted(causes))}."
        self._failures += 1
        pause = warm_pods.find_pause(self._failures)
        self._resumes = self._clock() + pause
        self._log.warning(
            "Pods that should wait for their visitors fail: %s. Has the image workshop-launch? "
            "Trying again in %d s",
            "; ".join(sorted(causes)),
            pause.total_seconds(),
        )

    async def _list_pods(self) -> tuple[list[Pod], int]:
        """The pods that wait, and how many sessions run beside them."""
        selector = labels.make_selector({labels.APP: self._hub.application})
        found = await self._cluster.list("v1", "Pod", self._hub.namespace, selector=selector)
        waiting: list[Pod] = [pod for pod in found if warm_pods.is_waiting(pod, self._hub)]
        return waiting, sum(map(warm_pods.is_running, found))

    async def _remove(self, pod: Pod) -> None:
        rules, now = self._rules, self._clock()
        problem = warm_pods.problem_with_pod(pod, self._fingerprint, now, rules)
        name = pod["metadata"]["name"]
        self._log.info("Removing the reserved pod %s: %s", name, problem or "one too many")
        await self._cluster.delete_exactly(pod, grace=0)

    async def _make(
        self, account: Mapping[str, Any], busy: Callable[[str], bool], turns: asyncio.Semaphore
    ) -> None:
        async with turns:
            session = pool_rules.read_session(account, self._hub)
            if busy(session.id):
                return
            try:
                made = await self._make_pod(session, accounts.make_owner(account))
            except FAILURES as error:
                told = explain(error)
                self._trouble = f"No pod could be made ready: {told}"
                self._log.warning("No pod was made ready: %s", told.detail)
                return
            if busy(session.id):
                await self._cluster.delete_exactly(made, grace=0)  # it was handed out without one
            else:
                self._growing[session.id] = made

    async def _make_pod(self, session: Session, owner: Mapping[str, Any]) -> dict[str, Any]:
        prepared = await self._template.prepare(session)
        key = warm_pods.make_key_secret(session, sealing.make_key(), owner)
        # One that an earlier try has left counts, not ours.
        self._keys[session.id] = warm_pods.read_key(await self._cluster.ensure(key))
        return await self._cluster.ensure(
            warm_pods.make_waiting_pod(prepared, owner, self._fingerprint)
        )


async def remove_all(cluster: Cluster, hub: Hub) -> None:
    """Remove the pods that waited when there was still a pool of them."""
    selector = pool_rules.make_selector(hub)
    found = await cluster.list("v1", "Pod", hub.namespace, selector=selector)
    waiting: list[Awaitable[bool]] = [
        cluster.delete_exactly(pod, grace=0) for pod in found if warm_pods.is_waiting(pod, hub)
    ]
    await run_together(*waiting)
