"""Posts events in the order they came, with everything else going on meanwhile."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import logging
from datetime import UTC, datetime

from pocket_openshift.node.rules import events
from workshop_kube import errors
from workshop_kube.client import Cluster
from workshop_kube.rules.manifests import Manifest, Object

log = logging.getLogger(__name__)

QUEUE = 1000
REMEMBERED = 4096


class Recorder:
    """A bounded queue of events. A full one drops the newest: best effort, as in Kubernetes."""

    def __init__(self, api: Cluster) -> None:
        self._api = api
        self._queue: asyncio.Queue[Object] = asyncio.Queue(QUEUE)
        self._seen: collections.OrderedDict[tuple[str, ...], Object] = collections.OrderedDict()

    def record(self, event: Manifest) -> None:
        """Queue an event; never waits."""
        with contextlib.suppress(asyncio.QueueFull):
            self._queue.put_nowait(dict(event))

    async def run(self) -> None:
        """Post for ever."""
        while True:
            event = await self._queue.get()
            try:
                await self._post(event)
            except errors.KubeError as error:
                log.debug("An event was not written: %s", error)
            finally:
                self._queue.task_done()

    async def drain(self, seconds: float) -> None:
        """Wait until all is written, or for so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._queue.join()

    async def _post(self, event: Manifest) -> None:
        now = datetime.now(UTC)
        known = self._seen.get(events.key_of(event))
        if known:
            await self._count(known, now)
            return
        stamped = events.stamp(event, now)
        self._seen[events.key_of(event)] = stamped
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        try:
            await self._api.create(stamped)
        except errors.ExistsError:
            return  # ours already, from a try that was committed
        except errors.KubeError:
            self._seen.pop(events.key_of(event), None)
            raise

    async def _count(self, known: Object, now: datetime) -> None:
        patch = events.again(known, now)
        known.update(patch)
        await self._api.change(known, patch)
