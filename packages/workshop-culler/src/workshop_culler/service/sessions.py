"""What the API and the instructor's page ask for: sessions with their clocks, extend, stop.

Between the HTTP handlers (`api.py`, `page.py`) and the doors. Asks the hub for all sessions
at most once in `FRESH_SECONDS`, however many people look.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from workshop_culler.clients.hub import Hub
from workshop_culler.errors import DoorError, Gone
from workshop_culler.passes.cluster_sweep import Janitor
from workshop_culler.passes.metrics import Metrics
from workshop_culler.passes.sweep import Sweep
from workshop_culler.rules import clock, ends, labels, permissions, times
from workshop_culler.rules.limits import Limits
from workshop_culler.rules.models import Server, Thing
from workshop_culler.rules.times import parse_time
from workshop_culler.service.state_store import Ledger

FRESH_SECONDS = 2.0
MOST_PAGES = 10_000

Key = tuple[str, str]


class Refused(Exception):
    """Something that may not be done now; the message is for the person who asked."""


@dataclass
class Desk:
    """One desk for all handlers. `pages` is where people are in the notes, as reported."""

    hub: Hub
    work: Sweep
    ledger: Ledger
    metrics: Metrics
    log: logging.Logger
    janitor: Janitor | None = None
    tick: Callable[[], float] = time.monotonic
    pages: OrderedDict[Key, tuple[datetime | None, str]] = field(default_factory=OrderedDict)
    _servers: list[Server] = field(default_factory=list)
    _listed: float = float("-inf")
    _listing: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def now(self) -> datetime:
        """The hub's time."""
        return self.hub.now

    async def list_servers(self, *, fresh: bool = False) -> list[Server]:
        """All active servers, at most two seconds old; raises DoorError."""
        async with self._listing:
            if fresh or self.tick() - self._listed > FRESH_SECONDS:
                users = await self.hub.list_users("active")
                self._servers = [server for user in users for server in user.servers or ()]
                self._listed = self.tick()
        return self._servers

    async def find_server(self, user: str, name: str) -> Server:
        """One active server as it is now; raises Gone if there is none."""
        found = await self.hub.find_user(user)
        for server in found.servers or ():
            if server.name == name:
                return server
        raise Gone(f"{user} has no active server {name!r}".rstrip(), 404)

    def find_project(self, server: Server) -> Thing | None:
        """The project of a session, as the janitor last saw it."""
        return self.janitor.projects().get(server.key) if self.janitor else None

    def find_grant(self, server: Server) -> ends.Grant:
        """What is written down about a session's end: in the file, on its project and its pod.

        A session may delete its project, as the project's admin. The pod is beyond its reach and
        has the ends that it began with.
        """
        project = self.find_project(server)
        pod = self.janitor.pods().get(server.key) if self.janitor else None
        notes = {**(pod.annotations if pod else {}), **(project.annotations if project else {})}
        untils = (self.ledger.find_until(server), parse_time(notes.get(labels.EXTENDED)))
        return ends.Grant(
            until=max((each for each in untils if each), default=None),
            expires=parse_time(notes.get(labels.EXPIRES)),
            first=parse_time(notes.get(labels.FIRST_END)),
            limit=parse_time(notes.get(labels.EXPIRES_LIMIT)),
        )

    async def make_clock(self, server: Server, *, unlimited: bool = False) -> clock.Clock:
        """The clock of one session."""
        limits: Limits = await self.work.find_limits(server)
        grant = self.find_grant(server)
        return clock.make_clock(server, limits, grant, self.now, unlimited=unlimited)

    async def extend(self, server: Server, person: permissions.Person) -> clock.Clock:
        """Extend a session as far as this person may; raises Refused with the reason."""
        unlimited = permissions.may_stop(person, server)
        before = await self.make_clock(server, unlimited=unlimited)
        if before.extend_to is None:
            raise Refused(f"Not extended: {before.why_not}.")
        await self.ledger.extend(server, before.extend_to, self.now)
        await self._annotate(server, before.extend_to)
        self.metrics.count_extension("instructor" if unlimited else "owner")
        self.log.info(
            "extended user=%s server=%s until=%s by=%s",
            server.user, server.name, before.extend_to, person.name,
        )  # fmt: skip
        return await self.make_clock(server, unlimited=unlimited)

    async def _annotate(self, server: Server, until: datetime) -> None:
        project = self.find_project(server)
        if project is None or self.janitor is None:
            return
        grant = self.find_grant(server)
        notes: dict[str, str | None] = {labels.EXTENDED: times.render_time(until)}
        if grant.expires and grant.expires < until:
            first = grant.first or grant.expires
            notes |= {labels.EXPIRES: times.render_time(until)}
            notes |= {labels.FIRST_END: times.render_time(first)}
        try:
            await self.janitor.annotate(project, notes)
        except DoorError as error:
            # The file has it already: the extension holds, the project does not show it.
            self.log.warning("Extension not noted on project %s: %s", project.name, error)

    async def stop(self, server: Server, person: permissions.Person) -> bool:
        """Stop a session for somebody who may; False while it is still stopping."""
        self.log.info("stop user=%s server=%s by=%s", server.user, server.name, person.name)
        return await self.hub.stop_server(server.user, server.name)

    def note_page(self, server: Server, page: str) -> None:
        """Remember where in the notes a session is; the oldest are forgotten first."""
        self.pages[server.key] = (server.started, page)
        self.pages.move_to_end(server.key)
        while len(self.pages) > MOST_PAGES:
            self.pages.popitem(last=False)

    def find_page(self, server: Server) -> str:
        """Where in the notes a session said it is; "" if it did not, or was started anew."""
        told, page = self.pages.get(server.key, (None, ""))
        # `server` may be from a list that is older than what the session told.
        anew = told is not None and server.started is not None and told < server.started
        return "" if anew else page
