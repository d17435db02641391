"""The cluster without its sockets: store, watches, who may, what reacts.

One thread, one event loop.

`server` puts HTTP in front of it; the behaviours and the OAuth server get it as `plane`.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import logging
from collections import defaultdict, deque
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any

from pocket_openshift.access import authorization, tokens
from pocket_openshift.core import authentication, faults, persistence, store, watching
from pocket_openshift.core.behaviour import Behaviour, Call, Endpoint, Record, Result
from pocket_openshift.core.settings import Settings
from pocket_openshift.vocabulary import errors, identity, kinds

log = logging.getLogger(__name__)
# What reading a body raises whose fields are not of the types that they should be.
_MISSHAPEN = (AttributeError, IndexError, KeyError, TypeError, ValueError, ArithmeticError)


@dataclass(slots=True)
class _Wiring:
    by_kind: dict[str, list[Behaviour]] = field(default_factory=lambda: defaultdict(list))
    for_all: list[Behaviour] = field(default_factory=list)
    endpoints: dict[str, list[Endpoint]] = field(default_factory=lambda: defaultdict(list))


class ControlPlane:
    """Everything a request can reach. `behaviours` are made in order, and asked in that order."""

    def __init__(
        self,
        settings: Settings | None = None,
        behaviours: Iterable[Callable[[ControlPlane], Behaviour]] = (),
    ) -> None:
        self.settings = settings or Settings()
        self.store = store.Store()
        self.watching = watching.Watching()
        self.faults = faults.Faults()
        self.requests: deque[Record] = deque(maxlen=50_000)
        self.observers: list[Callable[[Record | None], None]] = []
        self.authentication = authentication.Authentication(
            self.settings, self.store, tokens.Signer(self.settings.url), self.faults
        )
        self.authorization = authorization.Authorization(self.store.find)
        self._wiring = _Wiring()
        self._waiting: deque[store.Change] = deque()
        self._reacting = False
        self._tasks: set[asyncio.Task] = set()
        self._stopped = asyncio.Event()
        self.store.listeners += [
            self._count,
            self.watching.publish,
            self._index_bindings,
            self._react,
        ]
        self.behaviours = [make(self) for make in behaviours]
        for behaviour in self.behaviours:
            self._wire(behaviour)

    def _wire(self, behaviour: Behaviour) -> None:
        if "*" in behaviour.resources:
            self._wiring.for_all.append(behaviour)
        else:
            for resource in behaviour.resources:
                self._wiring.by_kind[resource].append(behaviour)
        for name, endpoint in behaviour.endpoints().items():
            self._wiring.endpoints[name].append(endpoint)

    @property
    def signer(self) -> tokens.Signer:
        """What signs the tokens of service accounts."""
        return self.authentication.signer

    def note(self, record: Record) -> None:
        """Remember a request that was answered, and tell the observers."""
        self.requests.append(record)
        self.tell(record)

    def tell(self, record: Record | None = None) -> None:
        """Tell the observers that something happened: a request, or without one a fault."""
        for observer in self.observers:
            observer(record)

    def restore(self, state_file: persistence.StateFile) -> None:
        """Take up a cluster that was kept, and keep this one. Before `start`."""
        known = state_file.load(self.store)
        pem = state_file.secret("signer.pem", self.signer.pem)
        self.authentication.signer = tokens.Signer(self.settings.url, pem)
        own = self.authentication.admin_token.encode()
        self.authentication.admin_token = state_file.secret("admin.token", own).decode()
        if known:
            self.watching.forget_before(self.store.version)
            self.authorization.rebuild(
                [*self.store.select(authorization.CLUSTER), *self.store.select(authorization.LOCAL)]
            )
        self.store.journal = state_file.changed

    def start(self) -> None:
        """Make what must exist. Call on the loop, with the URLs in `settings`."""
        self.signer.issuer = self.settings.url
        for behaviour in self.behaviours:
            behaviour.started()

    def stop(self) -> None:
        """End watches and what runs beside."""
        self._stopped.set()
        self.watching.close_all()
        for behaviour in self.behaviours:
            behaviour.stopped()
        for task in self._tasks:
            task.cancel()

    def run_beside(self, work: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        """Run something on the loop that is cancelled when the cluster stops."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def call_later(self, seconds: float, function: Callable[[], None]) -> None:
        """Call a function on the loop after a while, unless the cluster has stopped."""

        async def wait() -> None:
            await asyncio.sleep(seconds)
            function()

        self.run_beside(wait())

    async def pause(self, seconds: float) -> None:
        """Wait within a request; ConnectionResetError once the cluster stops."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopped.wait()
            raise ConnectionResetError("the cluster has stopped")

    def behaviours_for(self, resource: str) -> list[Behaviour]:
        """Who has a say in this kind."""
        return self._wiring.by_kind.get(resource, []) + self._wiring.for_all

    def endpoints_for(self, verb: str, resource: str) -> list[Endpoint]:
        """Answers of behaviours for a verb on `pods` or `pods/log`."""
        return self._wiring.endpoints.get(f"{verb} {resource}", [])

    def _count(self, change: store.Change) -> None:
        """Let behaviours count a commit before anything reacts to it."""
        for behaviour in self.behaviours_for(change.kind.resource):
            behaviour.counted(change)

    def _index_bindings(self, change: store.Change) -> None:
        new = None if change.type == "DELETED" else change.obj
        self.authorization.changed(change.kind.resource, change.old, new)

    def _react(self, change: store.Change) -> None:
        """Let behaviours react to a commit.

        What they commit is reacted to afterwards, not within.
        """
        self._waiting.append(change)
        if self._reacting:
            return
        self._reacting = True
        try:
            while self._waiting:
                now = self._waiting.popleft()
                for behaviour in self.behaviours_for(now.kind.resource):
                    self._tell(behaviour, now)
        finally:
            self._reacting = False
            self._waiting.clear()

    @staticmethod
    def _tell(behaviour: Behaviour, change: store.Change) -> None:
        """A controller that fails takes neither the request nor the other controllers with it."""
        try:
            behaviour.changed(change)
        except Exception:
            log.exception("%s: no reaction to %s", type(behaviour).__name__, change.key)

    def admit(
        self, call: Call, kind: kinds.Kind, obj: store.Object, old: store.Object | None
    ) -> None:
        """Fill in and check an object that is about to be written; changes `obj` in place."""
        concerned = self.behaviours_for(kind.resource)
        try:
            for behaviour in concerned:
                behaviour.default(call, obj, old)
            for behaviour in concerned:
                behaviour.validate(call, obj, old)
        except _MISSHAPEN as error:
            # The fields that only one behaviour knows are read as they should be.
            log.warning("a %s that cannot be read", kind.kind, exc_info=True)
            raise errors.cannot_be_handled(kind, f"a field has another type: {error}") from error

    def ensure(self, resource: str, obj: store.Object) -> store.Object:
        """Create an object unless it is there, as the cluster itself.

        There is no admission, and there are no rules of access.
        """
        kind = kinds.named(resource)
        namespace = obj["metadata"].get("namespace", "")
        found = self.store.find(resource, namespace, obj["metadata"]["name"])
        return found or self.store.create(kind, copy.deepcopy(obj))

    def user_of(self, token: str) -> identity.User | None:
        """The user of a bearer token, or None. What TokenReview would say."""
        return self.authentication.user_of(token)
