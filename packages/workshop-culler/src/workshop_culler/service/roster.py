"""Who is here: the rows of the instructor's page, and what changed since the last look.

`make_row` and `find_changes` are pure. `Roster` looks while somebody watches, once for all
watchers, and hands each the rows that they may see.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Mapping
from typing import Any

from workshop_culler.errors import DoorError
from workshop_culler.models import Server
from workshop_culler.service import announcements, clock, rights
from workshop_culler.service.desk import Desk

Rows = dict[str, dict[str, Any]]
MOST_WATCHERS = 100
ROWS_AT_ONCE = 50


def make_row(
    server: Server, time: clock.Clock, person: rights.Person, project: str, page: str
) -> dict[str, Any]:
    """One session as the page shows it, with what this person may do."""
    return {
        "id": f"{server.user}/{server.name}",
        "user": server.user,
        "server": server.name,
        "title": server.title,
        "groups": sorted(server.groups),
        "state": make_state(server),
        "started": clock.render_time(server.started),
        "last_activity": clock.render_time(server.last_activity),
        "ends": clock.render_time(time.ends),
        "warn_seconds": time.warn,
        "project": project,
        "page": page,
        "url": server.model.get("url") or "",
        "may_open": rights.covers(person.scopes, rights.OWN, server),
        "may_extend": time.extend_to is not None and rights.may_extend(person, server),
        "may_stop": rights.may_stop(person, server) and server.pending != "stop",
        "why_not": time.why_not,
    }


def make_state(server: Server) -> str:
    """The state in a word for people."""
    words = {"spawn": "starting", "stop": "stopping", "check": "checking"}
    if server.pending:
        return words.get(server.pending, server.pending)
    return "running" if server.ready else "not ready"


def find_changes(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[list[Any], list[str]]:
    """The rows that are new or changed, and the ids of those that are gone."""
    changed = [row for key, row in after.items() if before.get(key) != row]
    return changed, [key for key in before if key not in after]


class Roster:
    """Looks every `seconds` while somebody watches; when woken sooner, but not within `least`."""

    def __init__(
        self, desk: Desk, log: logging.Logger, seconds: float = 5.0, least: float = 1.0
    ) -> None:
        self.desk = desk
        self.log = log
        self.seconds = seconds
        self.least = least
        self.watchers = 0
        self._news = asyncio.Condition()
        self._round = -1
        self._trouble = ""
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()

    async def list_rows(self, person: rights.Person, servers: list[Server]) -> Rows:
        """The rows that a person may see."""
        rows: Rows = {}
        for server in rights.only_seen(person, servers):
            unlimited = rights.may_stop(person, server)
            time = await self.desk.make_clock(server, unlimited=unlimited)
            project = self.desk.find_project(server)
            page = self.desk.find_page(server)
            row = make_row(server, time, person, project.name if project else "", page)
            rows[row["id"]] = row
            if len(rows) % ROWS_AT_ONCE == 0:
                await asyncio.sleep(0)  # others have their turn between two handfuls
        return rows

    async def watch(self, person: rights.Person) -> AsyncGenerator[dict[str, Any], None]:
        """Messages for one watcher: all rows first, then what changed, without end."""
        if self.watchers >= MOST_WATCHERS:
            raise DoorError("too many pages are open at once", 503)
        self.watchers += 1
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look())
        try:
            sent: Rows | None = None
            seen = -1
            while True:
                seen = await self._next_round(seen)
                rows = sent or {}
                if not self._trouble:
                    rows = await self.list_rows(person, await self.desk.list_servers())
                yield self._make_message(sent, rows)
                sent = rows
        finally:
            self.watchers -= 1

    async def _next_round(self, seen: int) -> int:
        async with self._news:
            await self._news.wait_for(lambda: self._round != seen)
            return self._round

    def _make_message(self, sent: Rows | None, rows: Rows) -> dict[str, Any]:
        changed, gone = find_changes(sent or {}, rows)
        said = announcements.render_announcement(self.desk.ledger.announcement, self.desk.now)
        return {
            "now": clock.render_time(self.desk.now),
            "whole": sent is None,
            "rows": changed,
            "gone": gone,
            "announcement": said,
            "trouble": self._trouble,
        }

    def wake(self) -> None:
        """Look at once: something was changed here."""
        self._wake.set()

    async def _look(self) -> None:
        while self.watchers:
            self._wake.clear()
            try:
                await self.desk.list_servers(fresh=True)
                self._trouble = ""
            except DoorError as error:
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
