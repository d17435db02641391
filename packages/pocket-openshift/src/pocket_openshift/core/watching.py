"""Who hears of a change: the past of every kind, and the watches that follow it.

The past is to replay from a version.

The store tells `Watching.publish` of every commit; the server's watch answers read a `Watch`.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Iterator
from typing import Any

from pocket_openshift.core import store
from pocket_openshift.vocabulary import errors, kinds, selectors

HISTORY = 4096
BACKLOG = 20_000


class Watch:
    """One caller's view of one kind: events that pass its selectors, as they come.

    A watch that is not read is cut after `BACKLOG` events rather than kept for ever.
    """

    def __init__(
        self, kind: kinds.Kind, namespace: str | None, matches: selectors.Matcher | None
    ) -> None:
        self.kind = kind
        self.namespace = namespace
        self.matches = matches
        self.closed = False
        self._events: deque[tuple[str, store.Object]] = deque()
        self._wake = asyncio.Event()

    def offer(self, change: store.Change) -> None:
        """Take note of a change, as this watch sees it: leaving the selector is a DELETED."""
        seen = self._seen(change)
        if seen is None or self.closed:
            return
        if len(self._events) >= BACKLOG:
            self.close()
            return
        self._events.append((seen, change.obj))
        self._wake.set()

    def _seen(self, change: store.Change) -> str | None:
        if self.matches is None:
            return change.type
        was = change.old is not None and self.matches(change.old)
        now = change.type != "DELETED" and self.matches(change.obj)
        if change.type == "DELETED" or (was and not now):
            return "DELETED" if was else None
        if not now:
            return None
        return "MODIFIED" if was else "ADDED"

    def start_with(self, objects: list[store.Object]) -> None:
        """Begin with what exists, as ADDED events."""
        self._events.extend(("ADDED", obj) for obj in objects)
        self._wake.set()

    def close(self) -> None:
        """End it; the reader finishes what it has."""
        self.closed = True
        self._wake.set()

    async def next_batch(self, seconds: float) -> list[tuple[str, store.Object]] | None:
        """The events that wait, [] when none came in `seconds`, None when it has ended."""
        if not self._events and not self.closed:
            try:
                await asyncio.wait_for(self._wake.wait(), seconds)
            except TimeoutError:
                return []
        self._wake.clear()
        batch = list(self._events)
        self._events.clear()
        return batch if batch or not self.closed else None


class Watching:
    """All watches of a cluster and what they may replay."""

    def __init__(self, history: int = HISTORY) -> None:
        self._size = history
        self._past: dict[str, deque[store.Change]] = defaultdict(deque)
        self._forgotten: dict[str, int] = defaultdict(int)
        self._floor = 0
        self._watches: dict[tuple[str, str | None], set[Watch]] = defaultdict(set)

    def publish(self, change: store.Change) -> None:
        """Remember a commit and tell the watches that it concerns."""
        past = self._past[change.kind.resource]
        if len(past) >= self._size:
            self._forgotten[change.kind.resource] = past.popleft().version
        past.append(change)
        for place in {None, change.namespace}:
            for watch in tuple(self._watches.get((change.kind.resource, place), ())):
                watch.offer(change)
                if watch.closed:  # nobody reads it
                    self.drop(watch)

    def forget_before(self, version: int) -> None:
        """Refuse versions older than this from now on, as a compacted etcd does."""
        self._floor = max(self._floor, version)

    def open(self, watch: Watch, version: int) -> None:
        """Let a watch follow from after `version`; a 410 when that has been forgotten."""
        for change in self._since(watch.kind.resource, version):
            if watch.namespace is None or change.namespace == watch.namespace:
                watch.offer(change)
        self._watches[watch.kind.resource, watch.namespace].add(watch)

    def _since(self, resource: str, version: int) -> Iterator[store.Change]:
        oldest = max(self._forgotten[resource], self._floor)
        if version < oldest:
            raise errors.gone(f"too old resource version: {version} ({oldest})")
        newest_first = []
        for change in reversed(self._past[resource]):
            if change.version <= version:
                break
            newest_first.append(change)
        return reversed(newest_first)

    def last_changes(self, resource: str, count: int) -> list[store.Change]:
        """The last commits of a kind, newest first."""
        past = self._past[resource]
        return [past[-1 - index] for index in range(min(count, len(past)))]

    def drop(self, watch: Watch) -> None:
        """Forget a watch that has ended."""
        place = (watch.kind.resource, watch.namespace)
        self._watches[place].discard(watch)
        if not self._watches[place]:
            del self._watches[place]

    def close_all(self) -> None:
        """End every watch (the server stops)."""
        for group in list(self._watches.values()):
            for watch in list(group):
                watch.close()

    @property
    def open_watches(self) -> int:
        """How many watches are open now."""
        return sum(len(group) for group in self._watches.values())


def render_event(kind: str, encoded: bytes) -> bytes:
    """One line of a watch's answer."""
    return b'{"type":"%s","object":%s}\n' % (kind.encode(), encoded)


def render_bookmark(kind: kinds.Kind, version: int, *, initial: bool = False) -> bytes:
    """The line that says how far a watch has come.

    `initial` ends the list that a watch began with.
    """
    metadata: dict[str, Any] = {"resourceVersion": str(version), "creationTimestamp": None}
    if initial:
        metadata["annotations"] = {"k8s.io/initial-events-end": "true"}
    obj = {"kind": kind.kind, "apiVersion": kind.api_version, "metadata": metadata}
    return render_event("BOOKMARK", json.dumps(obj).encode())
