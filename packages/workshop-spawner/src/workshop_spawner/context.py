"""What all sessions of one hub share: one `HubContext`, kept in the hub's settings."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from workshop_kube.client.connections import Configuration, from_configuration
from workshop_kube.rules.retries import Patience
from workshop_spawner.kube.cluster import Cluster
from workshop_spawner.kube.facts import Facts
from workshop_spawner.logs import Log
from workshop_spawner.model.errors import FullError
from workshop_spawner.model.session import Lasting, Session
from workshop_spawner.model.workshop import Workshop
from workshop_spawner.rules import capacity
from workshop_spawner.rules.capacity import Cap
from workshop_spawner.rules.rate_limit import RateLimit
from workshop_spawner.rules.reserve.size import ReserveSize

_KEY = "workshop_spawner_context"
# Wrong access codes of workshops, of one person or one address of visitors, in so many seconds.
MOST_GUESSES, GUESSES_WINDOW = 60, 600


@dataclass(frozen=True)
class PoolState:
    """How many sessions and pods are ready, and `troubles`: what is waited for, in sentences."""

    sessions: int = 0
    pods: int = 0
    troubles: tuple[str, ...] = ()


class Pool(Protocol):
    """Sessions that are ready ahead, see hub_tasks/pool.py."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to hand out."""

    async def check_out(
        self, session: Session, fingerprint: str = "", *, wants_pod: bool = False
    ) -> tuple[Session, Mapping[str, Any]] | None:
        """Hand one out, or None."""

    @property
    def has_pods(self) -> bool:
        """Whether pods are kept ahead."""

    def problem_with_pod(self, fingerprint: str) -> str | None:
        """Why no pod of this fingerprint waits; None: one does."""

    def take_pod(self, session: str) -> Mapping[str, Any] | None:
        """The pod of a session that was handed out, or None."""

    def take_key(self, session: str) -> bytes:
        """What seals the hand-over to the pod of a session, once; empty: ask the cluster."""

    async def give_up(self, account: Mapping[str, Any]) -> None:
        """Remove a session that was taken out, with its pod."""

    def wake(self) -> None:
        """Look soon."""

    def describe(self) -> PoolState:
        """How far it is."""


class Sizes(Protocol):
    """How large a pool is to be, which changes with the time of day; see hub_tasks/reserve.py."""

    def find_size(self) -> ReserveSize:
        """The size that it is to have now."""

    def count_use(self) -> None:
        """A session was handed out."""

    async def save(self) -> None:
        """Write down what was counted."""


class Places(Protocol):
    """Places that are asked for ahead of a class, see hub_tasks/reserve.py."""

    async def ask(self, body: object) -> dict[str, Any]:
        """Hold places, and tell how far it is."""

    async def cancel(self) -> dict[str, Any]:
        """Hold none any more."""

    def describe(self) -> dict[str, Any]:
        """What is held, how far it is, and why it is not all."""


class PodAddresses(Protocol):
    """What is known of the sessions' pods, see kube/watch.py."""

    @property
    def is_dead(self) -> bool:
        """Whether what it knows is what was once true."""

    def list_addresses(self) -> set[str]:
        """The addresses of the pods."""


class Notes(Protocol):
    """Whose lasting things are under another name, see start/lasting_notes.py."""

    async def move(self, user: str, server: str, lasting: Lasting, old: str = "") -> None:
        """Note what is this server's, as it and its user are called now."""


class HubContext:
    """One hub: what it knows of its cluster, who waits and starts, its pool and its tasks."""

    def __init__(self) -> None:
        self.facts = Facts()
        self.queues = capacity.Queues()
        # Starts that are under way by their pod, each with the caps that it counts towards.
        self.starting: dict[str, frozenset[str]] = {}
        # Sessions that have ended since the hub began.
        self.ended = 0
        self.pool: Pool | None = None
        self.places: Places | None = None
        self.has_begun = False
        self.hub_id = ""
        # Set once it is known that no other hub has this one's name.
        self.is_alone: asyncio.Event | None = None
        self.notes: Notes | None = None
        self.pod_watch: PodAddresses | None = None
        self.cluster: Cluster | None = None
        # Whether it offers several workshops; which, and what is wrong with a newer state of them.
        self.offers_workshops = False
        self.workshops: Mapping[str, Workshop] = {}
        self.workshop_problems: tuple[str, ...] = ()
        self.guesses = RateLimit(MOST_GUESSES, GUESSES_WINDOW)
        self._tasks: set[asyncio.Future[Any]] = set()

    @classmethod
    def of(cls, settings: MutableMapping[str, Any]) -> HubContext:
        """The context of the hub whose tornado settings these are; made when first asked for."""
        found: HubContext = settings.setdefault(_KEY, cls())
        return found

    @property
    def tasks(self) -> frozenset[asyncio.Future[Any]]:
        """What runs beside everything else now."""
        return frozenset(self._tasks)

    def open_cluster(
        self, configuration: Configuration, patience: Patience, log: Log | None
    ) -> Cluster:
        """The cluster as the hub's account sees it, one for the whole hub.

        `configuration` is that of a client of kubernetes_asyncio, such as KubeSpawner's.
        """
        if self.cluster is None:
            connection = from_configuration(configuration)
            self.cluster = Cluster(connection, patience=patience, log=log, facts=self.facts)
            self.spawn_task(_close_at_the_end(self.cluster))
        return self.cluster

    def take_place(
        self, name: str, running: Mapping[str, frozenset[str]], caps: Sequence[Cap], now: float
    ) -> None:
        """Take a place of every cap for a start, or refuse with that in the queue (FullError).

        `running` are the pods, each with the keys of its caps. All of it happens at once: no two
        starts get the same place.
        """
        everybody = {**running, **self.starting}
        active = {
            cap: sum(not cap.key or cap.key in keys for keys in everybody.values()) for cap in caps
        }
        verdict = self.queues.enter_or_wait(name, active, now)
        if not verdict.enters:
            raise FullError(capacity.render_full(verdict.cap, verdict.place))
        self.starting[name] = frozenset(cap.key for cap in caps)

    def move_place(self, old: str, new: str) -> None:
        """Count a start by the pod that it has taken over, and no longer by its own."""
        self.starting[new] = self.starting.pop(old, frozenset())

    def leave_place(self, *names: str) -> None:
        """A start is over; what runs of it is counted by its pod."""
        for name in names:
            self.starting.pop(name, None)

    def spawn_task(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Future[Any]:
        """Run something beside everything else; kept until it is done, as the loop keeps none."""
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


async def _close_at_the_end(cluster: Cluster) -> None:
    """Close the connections when the hub ends, which cancels its tasks."""
    try:
        await asyncio.Event().wait()
    finally:
        await cluster.close()
