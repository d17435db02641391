"""Writes a pod's status when it has changed: one write at a time, the latest wins."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from workshop_kube import errors
from workshop_kube.client import Cluster
from workshop_kube.rules.manifests import Manifest, Object, render_name

log = logging.getLogger(__name__)

RETRY_SECONDS = 5.0


class Publisher:
    """One pod's status, as `make` gives it; `gone` is called when the pod is no more."""

    def __init__(
        self,
        api: Cluster,
        pod: Manifest,
        make: Callable[[], Object],
        gone: Callable[[], None],
    ) -> None:
        self._api, self._pod, self._make, self._gone = api, pod, make, gone
        self._written: Object = {}
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
            except errors.KubeError as error:
                log.warning("The status of %s was not written: %s", render_name(self._pod), error)
                self._dirty.set()
                await asyncio.sleep(RETRY_SECONDS)

    async def _write(self) -> None:
        status = self._make()
        if status == self._written:
            return
        patch = {"metadata": {"uid": self._pod["metadata"]["uid"]}, "status": status}
        try:
            await self._api.change(self._pod, patch, "status")
        except (errors.GoneError, errors.ConflictError):
            self._gone()  # no such pod, or another one under its name
            return
        self._written = status
