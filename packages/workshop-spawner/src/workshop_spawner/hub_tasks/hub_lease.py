"""Hold the application for this hub as long as it runs; end the hub where another one has it."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime
from logging import Logger, LoggerAdapter
from typing import Any

from workshop_kube import labels
from workshop_kube.errors import ConflictError, ExistsError, ForbiddenError, GoneError, KubeError
from workshop_spawner.kube.cluster import Cluster
from workshop_spawner.rules import lease_rules

# Seconds for giving the Lease back when the hub ends.
LEAVING = 2.0


class HubLease:
    """The Lease of one application, `<application>-hub` in the hub's namespace."""

    def __init__(
        self,
        cluster: Cluster,
        namespace: str,
        application: str,
        hub_id: str,
        *,
        takes_over: bool,
        log: Logger | LoggerAdapter[Logger],
    ) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._application = application
        self._hub_id = hub_id
        self._takes_over = takes_over
        self._log = log
        self._reference = lease_rules.make_lease_reference(application, namespace)
        self.is_decided = asyncio.Event()

    async def hold(self) -> None:
        """Take it, and renew it for ever. SystemExit where another hub has it, or takes it."""
        try:
            await self._take()
            self.is_decided.set()
            await self._renew()
        except (ForbiddenError, GoneError) as error:
            self._log.warning(
                "Whether another hub has the name %s cannot be told: %s", self._application, error
            )
        finally:
            self.is_decided.set()

    async def _take(self) -> None:
        while True:
            found = await self._cluster.find(self._reference)
            verdict = lease_rules.decide_lease(found, self._hub_id, takes_over=self._takes_over)
            if found is not None and not verdict.takes:
                await asyncio.sleep(lease_rules.GONE_AFTER)
                if lease_rules.was_renewed(found, await self._cluster.find(self._reference)):
                    self._end(lease_rules.render_refusal(self._application, self._namespace))
            if verdict.other:
                self._log.warning("Taking the place of hub %s", verdict.other)
            with contextlib.suppress(ConflictError, ExistsError):
                return await self._write(found, self._hub_id)

    async def _write(self, found: dict[str, Any] | None, holder: str) -> None:
        spec = lease_rules.make_spec(holder, datetime.now(UTC))
        if found is None:
            own = {labels.APP: self._application}
            metadata = {**self._reference["metadata"], "labels": own}
            await self._cluster.create({**self._reference, "metadata": metadata, "spec": spec})
            return
        version = {"resourceVersion": found["metadata"]["resourceVersion"]}
        await self._cluster.change(self._reference, {"metadata": version, "spec": spec})

    async def _renew(self) -> None:
        try:
            while True:
                await asyncio.sleep(lease_rules.RENEW_AGAIN)
                try:
                    await self._renew_once()
                except (ForbiddenError, GoneError):
                    raise
                except KubeError as error:
                    self._log.debug("The hub's lease was not renewed: %s", error)
        except asyncio.CancelledError:
            with contextlib.suppress(KubeError, TimeoutError):
                async with asyncio.timeout(LEAVING):
                    await self._write(await self._cluster.find(self._reference), "")
            raise

    async def _renew_once(self) -> None:
        found = await self._cluster.find(self._reference)
        if not lease_rules.decide_lease(found, self._hub_id, takes_over=False).takes:
            self._end(f"Another hub has taken over {self._application!r}; this one ends.")
        await self._write(found, self._hub_id)

    def _end(self, why: str) -> None:
        self._log.critical("%s", why)
        raise SystemExit(1)
