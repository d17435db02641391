"""Writes a pod's status when it has changed: one write at a time, the latest wins."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

from pocket_openshift.client import client

log = logging.getLogger(__name__)

RETRY_SECONDS = 5.0


class Publisher:
    """The status of one pod. `make` gives the status of this moment; `gone` is called when the pod
    is no more.
    """

    def __init__(
        self,
        api: client.Cluster,
        pod: Mapping[str, Any],
        make: Callable[[], dict[str, Any]],
        gone: Callable[[], None],
    ) -> None:
        metadata = pod["metadata"]
        self._api, self._make, self._gone = api, make, gone
        self._uid = metadata["uid"]
        self._path = client.path_of("pods", metadata["namespace"], metadata["name"], sub="status")
        self._written: dict[str, Any] = {}
        self._dirty = asyncio.Event()
        self._clean = asyncio.Condition()

    def changed(self) -> None:
        """The status is out of date."""
        self._dirty.set()

    async def publish(self) -> None:
        """Write what is out of date; returns when it is written."""
        async with self._clean:
            self._dirty.clear()
            await self._write()

    async def run(self) -> None:
        """Write after every change, for ever; a failure is tried again."""
        while True:
            await self._dirty.wait()
            try:
                await self.publish()
            except client.ClusterError as error:
                log.warning("The status of %s was not written: %s", self._path, error)
                self._dirty.set()
                await asyncio.sleep(RETRY_SECONDS)

    async def _write(self) -> None:
        status = self._make()
        if status == self._written:
            return
        try:
            await self._api.patch(self._path, {"metadata": {"uid": self._uid}, "status": status})
        except client.ClusterError as error:
            if error.status not in (404, 409):
                raise
            self._gone()  # no such pod, or another one under its name
            return
        self._written = status
