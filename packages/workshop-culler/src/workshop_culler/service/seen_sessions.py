"""What the events are made from: the sessions as the service knows them, at one moment."""

from __future__ import annotations

from workshop_culler.events.rules.changes import SeenSession
from workshop_culler.rules.models import Server
from workshop_culler.rules.times import render_time
from workshop_culler.service.sessions import SessionService
from workshop_kube.rules.times import find_time


async def find_seen(service: SessionService) -> list[SeenSession]:
    """All sessions of the hub; raises ApiError when it does not answer."""
    return [await _look_at(service, server) for server in await service.list_servers()]


async def _look_at(service: SessionService, server: Server) -> SeenSession:
    clock = await service.make_clock(server)
    reports = service.find_reports(server)
    until = service.find_extension(server).until
    left = (clock.ends - clock.now).total_seconds() if clock.ends else None
    hand, tests = reports.hand, reports.tests
    return SeenSession(
        user=server.user,
        server=server.name,
        started=server.started.isoformat() if server.started else "",
        ready=server.ready and not server.pending,
        ends=render_time(clock.ends) or "",
        warned=left is not None and left <= clock.warn and not server.pending,
        extended=render_time(until) or "",
        page=reports.page,
        passed=tests.passed if tests else 0,
        failed=tests.failed if tests else 0,
        hand=f"{render_time(hand.since)} {hand.number}" if hand else "",
        hand_text=hand.text if hand else "",
    )


def find_why(service: SessionService, seen: SeenSession) -> str:
    """Why a session was stopped by us: "idle", "age", "instructor"; else ""."""
    server = Server(seen.user, seen.server, started=find_time(seen.started))
    return service.work.endings.find(server)
