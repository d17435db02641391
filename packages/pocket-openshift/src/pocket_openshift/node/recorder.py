"""Posts events in the order they came, with everything else going on meanwhile."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import datetime
import logging
from collections.abc import Mapping
from typing import Any

from pocket_openshift.client import client
from pocket_openshift.node.rules import events

log = logging.getLogger(__name__)

QUEUE = 1000
REMEMBERED = 4096


class Recorder:
    """A bounded queue of events. A full queue drops the newest: events are best effort, as in
    Kubernetes.
    """

    def __init__(self, api: client.Cluster) -> None:
        self._api = api
        self._queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(QUEUE)
        self._seen: collections.OrderedDict[tuple[str, ...], dict[str, Any]] = (
            collections.OrderedDict()
        )

    def record(self, event: Mapping[str, Any]) -> None:
        """Queue an event; never waits."""
        with contextlib.suppress(asyncio.QueueFull):
            self._queue.put_nowait(dict(event))

    async def run(self) -> None:
        """Post for ever."""
        while True:
            event = await self._queue.get()
            try:
                await self._post(event)
            except client.ClusterError as error:
                log.debug("An event was not written: %s", error)
            finally:
                self._queue.task_done()

    async def drain(self, seconds: float) -> None:
        """Wait until all is written, or for so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._queue.join()

    async def _post(self, event: dict[str, Any]) -> None:
        now = datetime.datetime.now(datetime.UTC)
        namespace = event["metadata"]["namespace"]
        known = self._seen.get(events.key_of(event))
        if known:
            await self._count(namespace, known, now)
            return
        stamped = events.stamp(event, now)
        self._seen[events.key_of(event)] = stamped
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        try:
            await self._api.create(client.path_of("events", namespace), stamped)
        except client.ClusterError as error:
            if error.status != 409:  # ours already, from a try that was committed
                self._seen.pop(events.key_of(event), None)
                raise

    async def _count(self, namespace: str, known: dict[str, Any], now: datetime.datetime) -> None:
        patch = events.again(known, now)
        known.update(patch)
        await self._api.patch(client.path_of("events", namespace, known["metadata"]["name"]), patch)
