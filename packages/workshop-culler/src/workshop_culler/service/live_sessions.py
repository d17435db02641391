"""Who is here: the rows of the instructor's page, and what changed since the last look.

`make_row` and `find_changes` are pure. `LiveSessions` looks while somebody watches, once for all
watchers, and hands each the rows that they may see.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable
from typing import Any

from workshop_culler.errors import ApiError
from workshop_culler.rules import announcements, permissions, session_rows, times
from workshop_culler.rules.models import Server
from workshop_culler.service.prestart import PrestartService
from workshop_culler.service.sessions import SessionService

Rows = dict[str, dict[str, Any]]
MOST_WATCHERS = 100
ROWS_AT_ONCE = 50


class LiveSessions:
    """Looks every `seconds` while somebody watches; when woken sooner, but not within `least`."""

    def __init__(
        self,
        session_service: SessionService,
        log: logging.Logger,
        seconds: float = 5.0,
        least: float = 1.0,
        prestart: PrestartService | None = None,
    ) -> None:
        self.session_service = session_service
        self.log = log
        self.seconds = seconds
        self.least = least
        self.watchers = 0
        self.listeners: list[Callable[[], None]] = []
        self.prestart = prestart or PrestartService(session_service, log)
        self._news = asyncio.Condition()
        self._round = -1
        self._trouble = ""
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()

    @property
    def is_looking(self) -> bool:
        """Whether it looks, as it does while somebody watches."""
        return self._task is not None and not self._task.done()

    async def list_rows(self, person: permissions.TokenOwner, servers: list[Server]) -> Rows:
        """The rows that a person may see."""
        rows: Rows = {}
        for server in permissions.only_seen(person, servers):
            unlimited = permissions.may_stop(person, server)
            time = await self.session_service.make_clock(server, unlimited=unlimited)
            project = self.session_service.find_project(server)
            reports = self.session_service.find_reports(server)
            name = project.name if project else ""
            row = session_rows.make_row(server, time, person, name, reports)
            rows[row["id"]] = row
            if len(rows) % ROWS_AT_ONCE == 0:
                await asyncio.sleep(0)  # others have their turn between two handfuls
        return rows

    async def watch(self, person: permissions.TokenOwner) -> AsyncGenerator[dict[str, Any], None]:
        """Messages for one watcher: all rows first, then what changed, without end."""
        if self.watchers >= MOST_WATCHERS:
            raise ApiError("too many pages are open at once", 503)
        self.watchers += 1
        if not self.is_looking:
            self._task = asyncio.create_task(self._look())
        try:
            sent: Rows | None = None
            seen = -1
            while True:
                seen = await self._next_round(seen)
                rows = sent or {}
                if not self._trouble:
                    rows = await self.list_rows(person, await self.session_service.list_servers())
                message = self._make_message(sent, rows)
                if permissions.may_prestart(person):
                    message["prestart"] = self.prestart.render()
                yield message
                sent = rows
        finally:
            self.watchers -= 1

    async def _next_round(self, seen: int) -> int:
        async with self._news:
            await self._news.wait_for(lambda: self._round != seen)
            return self._round

    def _make_message(self, sent: Rows | None, rows: Rows) -> dict[str, Any]:
        changed, gone = session_rows.find_changes(sent or {}, rows)
        said = announcements.render_announcement(
            self.session_service.store.announcement, self.session_service.now
        )
        return {
            "now": times.render_time(self.session_service.now),
            "whole": sent is None,
            "rows": changed,
            "gone": gone,
            "announcement": said,
            "trouble": self._trouble,
        }

    def wake(self) -> None:
        """Look at once: something was changed here."""
        self._wake.set()
        self.tell_listeners()

    def tell_listeners(self) -> None:
        """Tell those beside the pages that a session told something."""
        for listener in self.listeners:
            listener()

    async def _look(self) -> None:
        while self.watchers:
            self._wake.clear()
            try:
                await self.session_service.list_servers(fresh=True)
                self._trouble = ""
            except ApiError as error:
                self.log.warning("Looking for sessions: %s", error)
                self._trouble = "The hub does not answer; what you see may be old."
            except Exception:
                # The loop's edge: whatever went wrong, pages that wait for the next look get it.
                self.log.exception("Looking for sessions")
                self._trouble = "The list of sessions cannot be read; what you see may be old."
            async with self._news:
                self._round += 1
                self._news.notify_all()
            await asyncio.sleep(self.least)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), self.seconds - self.least)

    async def close(self) -> None:
        """Stop looking."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
