"""The service's API for sessions and instructors, below `/services/workshop-culler/api/`.

A session asks with its own user's token. Handlers only: what is true is in `sessions.py`, who may
do what in `rules/permissions.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncGenerator
from typing import Any

from jupyterhub.services.auth import HubOAuth
from tornado.iostream import StreamClosedError
from tornado.web import HTTPError, RequestHandler

from workshop_culler.passes.metrics import Metrics
from workshop_culler.rules import (
    announcements,
    permissions,
    session_clock,
    session_reports,
    session_rows,
    times,
)
from workshop_culler.rules.announcements import BadAnnouncementError
from workshop_culler.rules.guidance import hints
from workshop_culler.rules.models import Server
from workshop_culler.service.base_handlers import SEES_NOTHING, ApiHandler
from workshop_culler.service.live_sessions import LiveSessions
from workshop_culler.service.sessions import SessionService

KEEPALIVE_SECONDS = 20.0
# After so long who listens must ask again, and is checked against the hub's rights.
EVENTS_SECONDS = 240.0
ON_THE_WAY = "there is no such session, or it is not yours to see"


class SessionHandler(ApiHandler):
    """Base of all that is about one session, named by `user` and `server` (own, default)."""

    async def find_server(self, asked: dict[str, Any]) -> Server:
        """The session asked for; 404 too when the person may not see it."""
        user = str(asked.get("user") or (self.who.name if self.who.kind == "user" else ""))
        name = str(asked.get("server") or "")
        if not user:
            raise HTTPError(400, reason="Say whose session: 'user'")
        server = await self.session_service.find_server(user, name)
        if not permissions.may_see(self.who, server):
            raise HTTPError(404, reason="There is no such session")
        return server

    async def tell(self, server: Server, time: session_clock.Clock | None = None) -> None:
        """Answer with the session's clock."""
        unlimited = permissions.may_stop(self.who, server)
        time = time or await self.session_service.make_clock(server, unlimited=unlimited)
        shown = session_clock.render_clock(time)
        shown["may_extend"] = shown["may_extend"] and permissions.may_extend(self.who, server)
        said = announcements.render_announcement(
            self.session_service.store.announcement, self.session_service.now
        )
        reports = self.session_service.find_reports(server)
        # With these a session sees that a culler which restarted does not know them yet.
        whose = {
            "user": server.user,
            "server": server.name,
            "page": reports.page,
            "tests": session_reports.render_tests(reports.tests),
            "hand": session_reports.render_hand(reports.hand),
            "hint": hints.render_hint(reports.hint),
            "ending": self.session_service.work.endings.find(server),
        }
        self.answer({**whose, **shown, "announcement": said})


class OneSession(SessionHandler):
    """`GET session?user=&server=`: its clock, and the announcement if there is one."""

    async def get(self) -> None:
        """Tell the clock."""
        asked = {key: self.get_query_argument(key, "") for key in ("user", "server")}
        await self.tell(await self.find_server(asked))


class Extend(SessionHandler):
    """`POST session/extend {user, server}`: the new clock; 409 with the reason if refused."""

    async def post(self) -> None:
        """Extend it."""
        server = await self.find_server(self.read_body())
        if not permissions.may_extend(self.who, server):
            raise HTTPError(403, reason="You may not extend this session")
        time = await self.session_service.extend(server, self.who)
        self.settings["live"].wake()
        await self.tell(server, time)


class Stop(SessionHandler):
    """`POST session/stop {user, server}`: for who may stop it."""

    async def post(self) -> None:
        """Stop it."""
        server = await self.find_server(self.read_body())
        if not permissions.may_stop(self.who, server):
            raise HTTPError(403, reason="You may not stop this session")
        stopped = await self.session_service.stop(server, self.who)
        self.settings["live"].wake()
        self.answer({"stopped": stopped}, 200 if stopped else 202)


class Announcement(ApiHandler):
    """`GET`, `POST {text, seconds}` and `DELETE announcement`."""

    async def get(self) -> None:
        """The announcement, or null."""
        said = announcements.render_announcement(
            self.session_service.store.announcement, self.session_service.now
        )
        self.answer({"announcement": said})

    async def post(self) -> None:
        """Say something to everybody."""
        self._check()
        try:
            said = announcements.make_announcement(
                self.read_body(), self.who.name, self.session_service.now
            )
        except BadAnnouncementError as error:
            raise HTTPError(400, reason=str(error)) from error
        await self._say(said)

    async def delete(self) -> None:
        """Take it back."""
        self._check()
        await self._say(None)

    def _check(self) -> None:
        if not permissions.may_announce(self.who):
            raise HTTPError(403, reason="Only admins may make announcements")

    async def _say(self, said: announcements.Announcement | None) -> None:
        await self.session_service.store.announce(said, self.session_service.now)
        self.session_service.log.info(
            "announcement by=%s shown=%s", self.who.name, said is not None
        )
        self.settings["live"].wake()
        await self.get()


class Sessions(ApiHandler):
    """`GET sessions?limit=&after=`: the sessions that the person may see, for scripts.

    With `limit` in pages, in the order of their ids; `next` is the `after` of the next page.
    """

    async def get(self) -> None:
        """The rows of the page."""
        if not permissions.sees_anything(self.who):
            raise HTTPError(403, reason=SEES_NOTHING)
        most = self._read_limit()
        seen = {
            session_rows.make_id(server): server
            for server in permissions.only_seen(self.who, await self.session_service.list_servers())
        }
        after = self.get_query_argument("after", "")
        page, following = session_rows.find_page(seen, after, most or len(seen))
        live: LiveSessions = self.settings["live"]
        rows = await live.list_rows(self.who, [seen[each] for each in page])
        now = times.render_time(self.session_service.now)
        self.answer({"now": now, "sessions": list(rows.values()), "next": following})

    def _read_limit(self) -> int:
        """How many at most; 0 for all."""
        text = self.get_query_argument("limit", "0")
        if not (text.isascii() and text.isdecimal() and len(text) <= 6):
            raise HTTPError(400, reason="'limit' must be a whole number")
        return int(text)


class Events(ApiHandler):
    """`GET events`: what changes, as server-sent events, for the instructor's page."""

    def initialize(self, session_service: SessionService, auth: HubOAuth) -> None:
        """Take what the handlers work with; nobody has gone yet."""
        super().initialize(session_service, auth)
        self.gone = asyncio.Event()

    def on_connection_close(self) -> None:
        """The page was closed: it takes no watcher's place any more."""
        self.gone.set()

    async def get(self) -> None:
        """Send until the page goes away."""
        if not permissions.sees_anything(self.who):
            raise HTTPError(403, reason=SEES_NOTHING)
        self.set_header("Content-Type", "text/event-stream")
        self.set_header("X-Accel-Buffering", "no")
        live: LiveSessions = self.settings["live"]
        async with contextlib.aclosing(live.watch(self.who)) as messages:
            with contextlib.suppress(StreamClosedError):
                await self._send(messages)

    async def _send(self, messages: AsyncGenerator[dict[str, Any], None]) -> None:
        waiting = asyncio.ensure_future(anext(messages))
        gone = asyncio.ensure_future(self.gone.wait())
        end = time.monotonic() + EVENTS_SECONDS
        try:
            while not self.gone.is_set() and time.monotonic() < end:
                await asyncio.wait(
                    {waiting, gone},
                    timeout=min(KEEPALIVE_SECONDS, EVENTS_SECONDS),
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if not waiting.done():
                    self.write(": still here\n\n")
                else:
                    self.write(f"data: {json.dumps(waiting.result())}\n\n")
                    waiting = asyncio.ensure_future(anext(messages))
                await self.flush()
        finally:
            gone.cancel()
            waiting.cancel()
            with contextlib.suppress(asyncio.CancelledError, StopAsyncIteration):
                await waiting


class Health(RequestHandler):
    """`GET health`: 200 while passes go all the way, else 503 with the trouble. No login."""

    def get(self) -> None:
        """Tell how it is."""
        trouble = self.settings["find_trouble"]()
        self.set_status(503 if trouble else 200)
        self.finish({"ok": not trouble, "trouble": trouble})


class MetricsPage(ApiHandler):
    """`GET metrics`: for Prometheus, with a token that has read:metrics (unless opened)."""

    async def prepare(self) -> None:
        """Let in as the hub does for its own metrics."""
        if self.settings["open_metrics"]:
            return
        await super().prepare()
        if not permissions.may_read_metrics(self.who):
            raise HTTPError(403, reason="This takes a token with the scope read:metrics")

    async def get(self) -> None:
        """The metrics as text."""
        metrics: Metrics = self.session_service.metrics
        self.set_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.finish(metrics.render())
