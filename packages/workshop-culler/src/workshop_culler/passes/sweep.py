"""One pass over hub and cluster: fetch, decide, act. One failure never stops the rest.

`app.py` runs it on a timer. Everything is looked up each time, so a culler killed at any
line leaves nothing that the next pass does not find. The judging is in `rules/`; here is only the
order of items.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from workshop_culler.clients.hub import Hub
from workshop_culler.config.settings import Settings
from workshop_culler.errors import ApiError, GoneError
from workshop_culler.passes.cluster_sweep import ClusterSweep
from workshop_culler.passes.endings import CAUSES, Endings
from workshop_culler.passes.report import Report, Row
from workshop_culler.rules import (
    ends,
    idle_grace,
    limits,
    pass_times,
    server_verdicts,
    user_verdicts,
)
from workshop_culler.rules import schedule as schedules
from workshop_culler.rules.limits import Limits
from workshop_culler.rules.models import CullVerdict, Server, User, keep

# A list older than this is looked at again before a person's server is stopped.
FRESH_SECONDS = 10.0

FindExtension = Callable[[Server], ends.Extension]


@dataclass
class Sweep:
    """What a pass works with; without a `cluster_sweep` it leaves the cluster alone.

    While `idle_suspended`, idleness ends nobody, until `idle_resumes` on the monotonic `clock`.
    """

    hub: Hub
    settings: Settings
    log: logging.Logger
    cluster_sweep: ClusterSweep | None = None
    find_extension: FindExtension = lambda _: ends.NO_EXTENSION
    # Until when idleness does not end a server whose person is still awaited.
    find_awaited: Callable[[Server], datetime | None] = lambda _: None
    clock: Callable[[], float] = time.monotonic
    idle_suspended: bool = False
    idle_resumes: float = 0.0
    # How long idleness ends nobody after a jump of the hub's clock.
    grace_seconds: float = 0.0
    wall: Callable[[], float] = time.time
    schedule: schedules.Schedule | None = None
    endings: Endings = field(default_factory=Endings)
    _listed: tuple[datetime, float, float] = (datetime.min.replace(tzinfo=UTC), 0.0, 0.0)
    _hub_told: tuple[datetime, float] | None = None

    async def run(self) -> Report:
        """One whole pass. Raises nothing but cancellation: troubles are in the report."""
        report = Report(dry_run=self.settings.dry_run)
        begin, before = self.clock(), self.hub.requests
        try:
            await self._run(report)
        except ApiError as error:
            report.outage = True
            report.trouble("the pass ended early", error)
        except Exception:
            # The loop's edge: whatever went wrong, the next pass must come.
            self.log.exception("The pass ended early")
            report.trouble("the pass ended early", "unexpected error, see the log")
        report.seconds = self.clock() - begin
        report.hub_requests = self.hub.requests - before
        report.cluster_requests = self.cluster_sweep.take_requests() if self.cluster_sweep else 0
        return report

    async def _run(self, report: Report) -> None:
        if self.cluster_sweep:
            await self.cluster_sweep.look(report)
        servers, now = await self._find_servers(report)
        listed = self.clock()
        self._notice_jump(self.hub.now, listed)
        await asyncio.gather(
            self._sweep_servers(report, servers, now, listed), self._sweep_users(report, now)
        )
        if self.schedule:
            dues = [due for due, _ in self.schedule.due]
            report.next_end = pass_times.find_next_end(dues, now)
        if self.cluster_sweep:  # then there is no schedule, and these are all servers
            await self.cluster_sweep.sweep(report, {server.key: server for server in servers})

    async def _find_servers(self, report: Report) -> tuple[list[Server], datetime]:
        """The active servers and the hub's time; without a cluster only those that may be due."""
        suspects = self._find_suspects()
        if suspects is not None:
            return await self._look_at(suspects), max(self.hub.now, self._make_now())
        self.schedule = None
        users = await self.hub.list_users("active")
        servers = [server for user in users for server in user.servers or ()]
        report.active = len(servers)
        self._listed = (self.hub.now, self.clock(), self.wall())
        if self._list_decides:
            shortest = schedules.find_shortest(self.settings.general, self.settings.ordered)
            self.schedule = schedules.make_schedule(
                self._with_limits(servers), shortest, self.hub.now
            )
        return servers, self.hub.now

    @property
    def _list_decides(self) -> bool:
        """Whether nothing but the hub's list and the limits does: no hooks, no cluster."""
        return not (self.settings.has_hooks or self.settings.dry_run or self.cluster_sweep)

    def _find_suspects(self) -> list[Server] | None:
        """The servers to look at; None for all."""
        everything = (self.settings.general, self.settings.ordered)
        idle_only = self._list_decides and schedules.is_idle_only(*everything)
        if idle_only and (self.idle_suspended or not schedules.find_shortest(*everything)):
            return []
        return schedules.find_suspects(self.schedule, self._make_now())

    def _make_now(self) -> datetime:
        """The hub's time, as far as it is known without asking: neither clock may stand still."""
        now, clock, wall = self._listed
        return now + timedelta(seconds=max(self.clock() - clock, self.wall() - wall, 0))

    def _with_limits(self, servers: list[Server]) -> list[tuple[Server, Limits]]:
        general, ordered = self.settings.general, self.settings.ordered
        return [(server, limits.find_limits(server, ordered, general)) for server in servers]

    async def _look_at(self, suspects: list[Server]) -> list[Server]:
        fresh: list[Server] = []
        if not suspects:
            # That the hub is away must be seen in every pass: it puts idleness on hold.
            await self.hub.whoami()
        for name in sorted({server.user for server in suspects}):
            with contextlib.suppress(GoneError):
                fresh += (await self.hub.find_user(name)).servers or ()
        if self.schedule:
            self.schedule = schedules.renew(self.schedule, suspects, self._with_limits(fresh))
        return fresh

    async def _sweep_servers(
        self, report: Report, servers: list[Server], now: datetime, listed: float
    ) -> None:
        tags = self.cluster_sweep.pods() if self.cluster_sweep else {}
        work = []
        for server in servers:
            pod = tags.get(server.key)
            known = replace(server, labels=pod.labels) if pod else server
            verdict = await self._find_verdict(report, known, now)
            report.next_end = pass_times.find_next_end((report.next_end, verdict.due), now)
            row = report.add(Row("server", str(server), verdict, owner=server.user))
            if verdict.acts and not self.settings.dry_run:
                work.append(self._stop(report, row, known, listed))
        await asyncio.gather(*work)

    async def _find_verdict(self, report: Report, server: Server, now: datetime) -> CullVerdict:
        try:
            verdict = await self.find_verdict(server, now)
        except Exception:
            # A hook of the admin's may raise anything; its server is kept, the sweep goes on.
            self.log.exception("Judging server %s", server)
            report.trouble(f"server {server}", "could not be judged, see the log")
            return keep("could not be judged")
        if verdict.acts and self.cluster_sweep and not self.cluster_sweep.looked:
            return keep("the cluster did not say whether it was extended", verdict.due)
        return verdict

    async def find_verdict(self, server: Server, now: datetime) -> CullVerdict:
        """The verdict on one server, with the limits and hooks that apply to it."""
        found, extension = await self.find_limits(server), self.find_extension(server)
        awaited = self.find_awaited(server)
        verdict = server_verdicts.decide_server(
            server,
            found,
            now,
            extension=extension,
            idle_suspended=self.idle_suspended,
            idle_from=awaited,
        )
        since = server.last_activity or server.started
        if self.settings.arbiter is None or since is None or found.exempt or server.pending:
            return verdict
        if self.idle_suspended or (awaited and now < awaited):
            return verdict  # what the hook would be told of idleness is behind the truth
        answer = self.settings.arbiter(
            inactive=now - since, inactive_limit=found.idle, server=dict(server.model)
        )
        return server_verdicts.decide_with_hook(verdict, await _maybe(answer))

    def suspend_idle(self, until: float) -> None:
        """Let idleness end nobody before `until`, on the monotonic clock."""
        self.idle_resumes, self.idle_suspended = until, self.clock() < until

    def _notice_jump(self, now: datetime, mono: float) -> None:
        """Suspend idleness where the hub's clock, by which it is told, has jumped."""
        before, self._hub_told = self._hub_told, (now, mono)
        if before is None or self.grace_seconds <= 0:
            return
        passed = (now - before[0]).total_seconds()
        if idle_grace.has_jumped(passed, mono - before[1]):
            self.log.info("The hub's clock has jumped; idleness ends nobody for a while")
            self.suspend_idle(max(self.idle_resumes, mono + self.grace_seconds))

    def find_idle_from(self, now: datetime) -> datetime | None:
        """Until when idleness ends nobody, in the time that it is `now`; None if it does."""
        if not self.idle_suspended:
            return None
        return now + timedelta(seconds=max(self.idle_resumes - self.clock(), 0))

    async def find_limits(self, server: Server) -> limits.Limits:
        """The limits of one server: general, policy, then the admin's hook."""
        found = limits.find_limits(server, self.settings.ordered, self.settings.general)
        if self.settings.limits_hook is None:
            return found
        changes = await _maybe(self.settings.limits_hook(server=server, limits=found))
        return limits.change_limits(found, changes, "limits_hook") if changes else found

    async def _stop(self, report: Report, row: Row, server: Server, listed: float) -> None:
        remove = (await self.find_limits(server)).remove
        with report.outcome(row, self.log):
            if self.clock() - listed > FRESH_SECONDS and not await self._still_due(server):
                self.log.info("kept server %s: in use again", server)
                return
            self.endings.note(server, CAUSES.get(row.verdict.rule, ""))
            stopped = await self.hub.stop_server(server.user, server.name, remove=remove)
            row.done = "stopped" if stopped else "stopping"
            if self.schedule:
                self.schedule = schedules.forget(self.schedule, server)

    async def _still_due(self, server: Server) -> bool:
        try:
            user = await self.hub.find_user(server.user)
        except GoneError:
            return False
        now = self.hub.now
        same = [each for each in user.servers or () if each.key == server.key]
        fresh = [replace(each, labels=server.labels) for each in same]
        return any([(await self.find_verdict(each, now)).acts for each in fresh])

    async def _sweep_users(self, report: Report, now: datetime) -> None:
        rules = self.settings.users
        if not rules.any:
            return
        users = await self.hub.list_users("inactive", enough=_make_enough(rules, now))
        work = []
        for user in users:
            verdict = user_verdicts.decide_user(user, rules, now)
            row = report.add(Row("user", user.name, verdict, owner=user.name))
            if verdict.acts and not self.settings.dry_run:
                work.append(self._delete_user(report, row, user))
        await asyncio.gather(*work)

    async def _delete_user(self, report: Report, row: Row, user: User) -> None:
        with report.outcome(row, self.log):
            try:
                # Deleting a user ends its servers: look once more, it may have come back.
                fresh = await self.hub.find_user(user.name)
            except GoneError:
                return
            if user_verdicts.decide_user(fresh, self.settings.users, self.hub.now).acts:
                await self.hub.delete_user(user.name)
                row.done = "deleted"


def _make_enough(rules: user_verdicts.UserRules, now: datetime) -> Callable[[User], bool] | None:
    """When to end paging through users, longest inactive first; None if age matters too."""
    quiet = min((each for each in (rules.anonymous, rules.idle) if each), default=0)
    if rules.age:
        return None
    youngest = now - timedelta(seconds=quiet)
    return lambda user: user.last_activity is not None and user.last_activity > youngest


async def _maybe(answer: object | Awaitable[object]) -> object:
    return await answer if inspect.isawaitable(answer) else answer
