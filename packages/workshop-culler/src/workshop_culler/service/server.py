"""The HTTP half of the culler, as a service of the hub: routes, listening, a clean end.

`app.py` starts it when the hub gave the service a URL. It decides nothing.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from jupyterhub.services.auth import HubOAuth, HubOAuthCallbackHandler
from tornado.httpserver import HTTPServer
from tornado.log import access_log
from tornado.web import Application, RequestHandler, StaticFileHandler

from workshop_culler.errors import StartError
from workshop_culler.rules import wrong_codes
from workshop_culler.service import (
    api,
    base_handlers,
    images_api,
    instructor_page,
    join_api,
    login,
    prestart_api,
    reports_api,
    users_api,
)
from workshop_culler.service.code_checks import CodeChecks
from workshop_culler.service.join_questions import JoinQuestions
from workshop_culler.service.live_sessions import LiveSessions
from workshop_culler.service.prestart import PrestartService
from workshop_culler.service.sessions import SessionService


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """Where to listen, as the hub says: host, port, and the prefix that it forwards."""

    host: str
    port: int
    prefix: str


def parse_listen_address(url: str, prefix: str) -> ListenAddress | None:
    """Where the hub wants the service, or None when it has no URL."""
    if not url or not prefix:
        return None
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname or not parts.port:
        raise StartError(f"url of the service: must be like http://127.0.0.1:10101, not {url!r}")
    return ListenAddress(
        parts.hostname, parts.port, prefix if prefix.endswith("/") else f"{prefix}/"
    )


class Service:
    """The running service."""

    def __init__(
        self,
        place: ListenAddress,
        session_service: SessionService,
        log: logging.Logger,
        *,
        open_metrics: bool,
        trusted_proxies: Sequence[wrong_codes.Network] = (),
    ) -> None:
        self.place = place
        self.session_service = session_service
        self.log = log
        self.prestart = PrestartService(session_service, log)
        self.live = LiveSessions(session_service, log, prestart=self.prestart)
        self.prestart.wake = self.live.wake
        session_service.work.find_awaited = self.prestart.find_awaited
        self.trouble = "no pass was made yet"
        self._open_metrics, self._trusted_proxies = open_metrics, trusted_proxies
        self._app: Application | None = None
        self._server: HTTPServer | None = None

    def start(self) -> None:
        """Listen; raises StartError when nobody could be kept out, or the port is taken."""
        auth = HubOAuth.instance()
        base_handlers.check_access(auth)
        self._app = app = make_app(
            self.place.prefix,
            self.session_service,
            auth,
            self.live,
            lambda: self.trouble,
            open_metrics=self._open_metrics,
            trusted_proxies=self._trusted_proxies,
        )
        self._server = HTTPServer(app, xheaders=False, max_body_size=64 * 1024)
        try:
            self._server.listen(self.place.port, self.place.host)
        except OSError as error:
            where = f"{self.place.host}:{self.place.port}"
            raise StartError(f"cannot listen on {where}: {error.strerror}") from error
        self.prestart.start()
        self.log.info("Serving %s on %s:%s", *_as_tuple(self.place))

    async def close(self) -> None:
        """Stop listening and let pages go."""
        await self.prestart.close()
        await self.live.close()
        if self._app:
            await self._app.settings["code_checks"].close()
        if self._server:
            self._server.stop()
            await self._server.close_all_connections()


def _as_tuple(place: ListenAddress) -> tuple[str, str, int]:
    return place.prefix, place.host, place.port


def make_app(
    prefix: str,
    session_service: SessionService,
    auth: HubOAuth,
    live: LiveSessions,
    find_trouble: Callable[[], str],
    *,
    open_metrics: bool = False,
    trusted_proxies: Sequence[wrong_codes.Network] = (),
) -> Application:
    """All routes below the prefix."""
    common = {"session_service": session_service, "auth": auth}
    routes: list[tuple[str, type[RequestHandler], dict[str, object]]] = [
        ("", instructor_page.InstructorPage, common),
        ("login", login.Login, common),
        ("logout", login.Logout, common),
        ("api/session", api.OneSession, common),
        ("api/session/extend", api.Extend, common),
        ("api/session/stop", api.Stop, common),
        ("api/session/page", reports_api.NotesPage, common),
        ("api/session/tests", reports_api.Tests, common),
        ("api/session/hand", reports_api.Hand, common),
        ("api/session/hand/lower", reports_api.LowerHand, common),
        ("api/session/hint", reports_api.HintHandler, common),
        ("api/session/join", join_api.Ask, common),
        ("api/session/join/redeem", join_api.Redeem, common),
        ("api/session/join/note", join_api.Note, common),
        ("join", join_api.JoinPage, common),
        ("api/sessions", api.Sessions, common),
        ("api/users", users_api.Users, common),
        ("api/events", api.Events, common),
        ("api/announcement", api.Announcement, common),
        ("api/images", images_api.ImagesHandler, common),
        ("api/prestart", prestart_api.PrestartHandler, common),
        ("metrics", api.MetricsPage, common),
        ("health", api.Health, {}),
        ("oauth_callback", HubOAuthCallbackHandler, {}),
        (r"static/(.*)", StaticFileHandler, {"path": str(instructor_page.STATIC)}),
    ]
    return Application(
        [(prefix + path, handler, kwargs) for path, handler, kwargs in routes]
        + [(prefix.rstrip("/"), instructor_page.WithSlash, {})],
        prefix=prefix,
        live=live,
        code_checks=CodeChecks(),
        join_questions=JoinQuestions(),
        trusted_proxies=tuple(trusted_proxies),
        find_trouble=find_trouble,
        open_metrics=open_metrics,
        cookie_secret=secrets.token_bytes(32),
        template_path=str(instructor_page.TEMPLATES),
        log_function=log_request,
    )


def log_request(handler: RequestHandler) -> None:
    """One line a request without its query, which may hold what an OAuth login passes on."""
    request, status = handler.request, handler.get_status()
    level = logging.WARNING if status >= 500 else logging.DEBUG
    access_log.log(level, "%s %s %s", status, request.method, request.path)
