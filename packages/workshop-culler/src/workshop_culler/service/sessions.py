"""What the API and the instructor's page ask for: sessions with their clocks, extend, stop.

Between the HTTP handlers (`api.py`, `page.py`) and the clients. Asks the hub for all sessions
at most once in `FRESH_SECONDS`, however many people look.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from workshop_culler.clients.hub import Hub
from workshop_culler.errors import GoneError
from workshop_culler.passes.cluster_sweep import ClusterSweep
from workshop_culler.passes.endings import INSTRUCTOR
from workshop_culler.passes.metrics import Metrics
from workshop_culler.passes.sweep import Sweep
from workshop_culler.rules import (
    ends,
    permissions,
    session_clock,
    session_reports,
    session_rows,
    times,
)
from workshop_culler.rules.guidance import progress
from workshop_culler.rules.guidance.progress import PageStays, PageVisit
from workshop_culler.rules.limits import Limits
from workshop_culler.rules.models import ObjectMeta, Server
from workshop_culler.rules.report_rates import ReportRates
from workshop_culler.rules.session_reports import CountedTests
from workshop_culler.service.latest_reports import LatestReports
from workshop_culler.service.state_store import StateStore
from workshop_kube import labels
from workshop_kube.errors import KubeError
from workshop_kube.rules.times import find_time

FRESH_SECONDS = 2.0


class RefusedError(Exception):
    """Something that may not be done now; the message is for the person who asked."""


class TooOftenError(Exception):
    """Something that was asked too often; the message says when to try again."""


@dataclass
class SessionService:
    """One for all handlers. `pages` and `tests` are what sessions told of themselves."""

    hub: Hub
    work: Sweep
    store: StateStore
    metrics: Metrics
    log: logging.Logger
    cluster_sweep: ClusterSweep | None = None
    clock: Callable[[], float] = time.monotonic
    pages: LatestReports[PageVisit] = field(default_factory=LatestReports)
    stays: PageStays = field(default_factory=PageStays)
    tests: LatestReports[CountedTests] = field(default_factory=LatestReports)
    rates: ReportRates = field(default_factory=ReportRates)
    _servers: list[Server] = field(default_factory=list)
    _listed: float = float("-inf")
    _listing: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def now(self) -> datetime:
        """The hub's time."""
        return self.hub.now

    async def list_servers(self, *, fresh: bool = False) -> list[Server]:
        """All active servers, at most two seconds old; raises ApiError."""
        async with self._listing:
            if fresh or self.clock() - self._listed > FRESH_SECONDS:
                users = await self.hub.list_users("active")
                self._servers = [server for user in users for server in user.servers or ()]
                self._listed = self.clock()
        return self._servers

    async def find_server(self, user: str, name: str) -> Server:
        """One active server as it is now; raises GoneError if there is none."""
        found = await self.hub.find_user(user)
        for server in found.servers or ():
            if server.name == name:
                return server
        raise GoneError(f"{user} has no active server {name!r}".rstrip(), 404)

    def find_project(self, server: Server) -> ObjectMeta | None:
        """The project of a session, as the cluster_sweep last saw it."""
        return self.cluster_sweep.projects().get(server.key) if self.cluster_sweep else None

    def find_extension(self, server: Server) -> ends.Extension:
        """What is written down about a session's end: in the file, on its project and its pod.

        A session may delete its project, as the project's admin. The pod is beyond its reach and
        has the ends that it began with.
        """
        project = self.find_project(server)
        pod = self.cluster_sweep.pods().get(server.key) if self.cluster_sweep else None
        notes = {**(pod.annotations if pod else {}), **(project.annotations if project else {})}
        untils = (self.store.find_until(server), find_time(notes.get(labels.EXTENDED)))
        return ends.Extension(
            until=max((each for each in untils if each), default=None),
            expires=find_time(notes.get(labels.EXPIRES)),
            first=find_time(notes.get(labels.FIRST_END)),
            limit=find_time(notes.get(labels.EXPIRES_LIMIT)),
        )

    async def make_clock(self, server: Server, *, unlimited: bool = False) -> session_clock.Clock:
        """The clock of one session."""
        limits: Limits = await self.work.find_limits(server)
        extension = self.find_extension(server)
        times_off = (self.work.find_idle_from(self.now), self.work.find_awaited(server))
        idle_from = max((each for each in times_off if each), default=None)
        return session_clock.make_clock(
            server, limits, extension, self.now, unlimited=unlimited, idle_from=idle_from
        )

    async def extend(self, server: Server, person: permissions.TokenOwner) -> session_clock.Clock:
        """Extend a session as far as this person may; raises RefusedError with the reason."""
        unlimited = permissions.may_exceed_limit(person, server)
        before = await self.make_clock(server, unlimited=unlimited)
        if before.extend_to is None:
            raise RefusedError(f"Not extended: {before.why_not}.")
        await self.store.extend(server, before.extend_to, self.now)
        await self._annotate(server, before.extend_to)
        self.metrics.count_extension("instructor" if unlimited else "owner")
        self.log.info(
            "extended user=%s server=%s until=%s by=%s",
            server.user,
            server.name,
            before.extend_to,
            person.name,
        )
        return await self.make_clock(server, unlimited=unlimited)

    async def _annotate(self, server: Server, until: datetime) -> None:
        project = self.find_project(server)
        if project is None or self.cluster_sweep is None:
            return
        extension = self.find_extension(server)
        notes: dict[str, str | None] = {labels.EXTENDED: times.render_time(until)}
        if extension.expires and extension.expires < until:
            first = extension.first or extension.expires
            notes |= {labels.EXPIRES: times.render_time(until)}
            notes |= {labels.FIRST_END: times.render_time(first)}
        try:
            await self.cluster_sweep.annotate(project, notes)
        except KubeError as error:
            # The file has it already: the extension holds, the project does not show it.
            self.log.warning("Extension not noted on project %s: %s", project.name, error)

    async def stop(self, server: Server, person: permissions.TokenOwner) -> bool:
        """Stop a session for somebody who may; False while it is still stopping."""
        self.log.info("stop user=%s server=%s by=%s", server.user, server.name, person.name)
        self.work.endings.note(server, "" if permissions.owns(person, server) else INSTRUCTOR)
        return await self.hub.stop_server(server.user, server.name)

    def note_page(self, server: Server, page: str) -> None:
        """Remember at which page a session is, and how long it was at the one before."""
        before = self.pages.find(server)
        if before and before.page == page:
            return
        if before:
            self.stays.add(before.page, (self.now - before.since).total_seconds())
        self.pages.note(server, PageVisit(page, self.now))

    def find_reports(self, server: Server) -> session_rows.SessionReports:
        """What a session has told of itself, and was told."""
        visit = self.pages.find(server)
        return session_rows.SessionReports(
            page=visit.page if visit else "",
            tests=self.tests.find(server),
            hand=self.store.find_hand(server),
            page_since=visit.since if visit and visit.page else None,
            is_stuck=visit is not None and self._is_stuck(visit),
            hint=self.store.find_hint(server),
        )

    def _is_stuck(self, visit: PageVisit) -> bool:
        stays = self.stays.find(visit.page)
        seconds = (self.now - visit.since).total_seconds()
        return progress.is_stuck(seconds, stays, is_last=session_reports.is_last_page(visit.page))

    def check_rate(self, user: str) -> None:
        """Count a report of a user's sessions; raises TooOftenError when they tell too much."""
        if not self.rates.take((user, "report"), self.clock()):
            raise TooOftenError("Too many reports at once; try again in half a minute.")

    def check_question_rate(self, user: str) -> None:
        """Count a question of theirs, apart from reports: who asks too often may still tell."""
        if not self.rates.take((user, "question"), self.clock()):
            raise TooOftenError("Too many questions at once; try again in half a minute.")

    def check_redeem_rate(self, user: str) -> None:
        """Count a guest's secret that a session of theirs was shown, apart from all else.

        Strangers can show some to a session; that must not keep it from telling anything.
        """
        if not self.rates.take((user, "redeem"), self.clock()):
            raise TooOftenError("Too many guests at once; try again in half a minute.")

    async def forget_ended(self) -> None:
        """Forget hands and hints of sessions that are gone; raises ApiError.

        It asks the hub only while there are some.
        """
        if self.store.has_words:
            keys = {(server.key, server.started) for server in await self.list_servers(fresh=True)}
            await self.store.keep_words(keys, self.now)
