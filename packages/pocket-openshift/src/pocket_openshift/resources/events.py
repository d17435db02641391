"""Events are kept for an hour, as in a real cluster; then they go."""

from __future__ import annotations

import asyncio
import time
from collections import deque

from pocket_openshift.core import store
from pocket_openshift.core.behaviour import Behaviour, Plane
from pocket_openshift.vocabulary import kinds

KEPT_SECONDS = 3600.0
_ROUND_SECONDS = 60.0


class Events(Behaviour):
    """Takes old events out. They wait in the order they were written in; nothing is searched."""

    resources = ("events",)

    def __init__(self, plane: Plane) -> None:
        super().__init__(plane)
        self._waiting: deque[tuple[float, store.Key, str]] = deque()

    def started(self) -> None:
        """Begin the rounds; events of a kept cluster are as if just written."""
        for event in self.store.select("events"):
            self._note(store.key_of(kinds.named("events"), event), event)
        self.plane.run_beside(self._rounds())

    def changed(self, change: store.Change) -> None:
        """An event that is written lives for another hour."""
        if change.type != "DELETED":
            self._note(change.key, change.obj)

    def _note(self, key: store.Key, event: store.Object) -> None:
        self._waiting.append((time.monotonic(), key, event["metadata"]["resourceVersion"]))

    async def _rounds(self) -> None:
        while True:
            await asyncio.sleep(_ROUND_SECONDS)
            self.expire(time.monotonic() - KEPT_SECONDS)

    def expire(self, before: float) -> None:
        """Take out what was last written before this moment (of `time.monotonic`)."""
        while self._waiting and self._waiting[0][0] < before:
            _, key, version = self._waiting.popleft()
            event = self.store.find(*key)
            if event is not None and event["metadata"]["resourceVersion"] == version:
                self.store.remove(kinds.named("events"), key.namespace, key.name)
