"""A spawner that notices what becomes of its session: trouble, a loss, a login that is renewed."""

from __future__ import annotations

import asyncio
from typing import Any

from workshop_spawner import metrics
from workshop_spawner.model.errors import LostError
from workshop_spawner.rules import plan
from workshop_spawner.rules.api_errors import FAILURES, explain
from workshop_spawner.rules.health import Health
from workshop_spawner.start.hub_errors import make_failed_start
from workshop_spawner.start.pod_monitor import PodMonitor
from workshop_spawner.start.user_token import UserToken
from workshop_spawner.warm import WarmSpawner


class MonitoredSpawner(WarmSpawner):
    """Tells the hub when a session is over, and its person why."""

    # Traits of WorkshopSpawner.
    identity: str
    user_token_key: str

    _spawn_future: asyncio.Future[Any] | None
    _last_trouble = ""
    _last_loss = ""
    _is_telling = False  # whoever listens is being told that the session has ended

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user_token = UserToken(self.user.name, self.user_token_key, self.user.get_auth_state)

    def clear_state(self) -> None:
        """Forget the session that ended, and its trouble."""
        super().clear_state()
        self._last_trouble = ""

    async def poll(self) -> int | None:
        """None while the session runs or nobody can tell - a cache cannot; else its exit code."""
        try:
            before = self._seen_pod
            status = await super().poll()
            if status is None and self.identity == plan.USER_TOKEN:
                await self._renew_token()
            monitor = PodMonitor(
                self.cluster, self.namespace, self.pod_name, self._recorded_uid or ""
            )
            return await self._act_on(
                await monitor.find_health(status, before, self._seen_pod), status
            )
        except Exception as error:  # noqa: BLE001 - any failure to find out means: not known to be gone
            self.log.warning("Cannot tell whether %s runs, taking it to: %s", self.pod_name, error)
            return None

    async def poll_and_notify(self) -> int | None:
        """As JupyterHub's; where nobody listens it would keep a server that has ended for ever.

        So it is where the hub's database went away just after a start.
        """
        is_heard = bool(self._callbacks) or self._is_telling
        self._is_telling = True
        try:
            status: int | None = await super().poll_and_notify()
            if status is not None and not is_heard and self.ready:
                self.log.warning("%s has ended, and the hub did not listen", self._log_name)
                await self.user.stop(self.name)
        finally:
            self._is_telling = False
        return status

    async def _renew_token(self) -> None:
        """Give the session the token of a renewed login; that it has none is no news of its pod."""
        try:
            await self._user_token.renew(self.cluster, self._find_running)
        except FAILURES as error:
            detail = explain(error).detail
            self.log.warning("%s keeps the login that it has: %s", self._log_name, detail)

    async def _act_on(self, health: Health, status: int | None) -> int | None:
        """Tell trouble once and end a lost session; what JupyterHub is told instead of `status`."""
        if health.lost:
            await self._end_lost_session(health)
            return 1 if status is None else status
        if health.trouble and health.trouble != self._last_trouble:
            self.log.warning("%s goes on after trouble: %s", self._log_name, health.trouble)
        self._last_trouble = health.trouble
        return None

    async def _end_lost_session(self, health: Health) -> None:
        # A start that failed, and is now undone, has a cause of its own.
        if not self._last_loss and self._spawn_future is None:
            self._last_loss = health.lost
            self.log.warning("%s is over: %s", self._log_name, health.lost)
            metrics.LOSSES.labels(health.kind).inc()
            lost = LostError(f"Your session ended: {health.lost}.")
            # JupyterHub keeps a spawner whose last start failed, and its page with the cause and a
            # button; without that it would only say that nothing runs.
            self._spawn_future = make_failed_start(lost)
        if self.delete_stopped_pods:
            await self.stop(now=True)
