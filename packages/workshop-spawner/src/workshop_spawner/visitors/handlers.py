"""The pages of anonymous login: the one button, and the way to start over.

A GET makes nothing; only a POST with its XSRF token makes or ends a visitor.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Any

from jupyterhub.handlers.base import BaseHandler
from jupyterhub.handlers.login import LoginHandler
from jupyterhub.utils import url_path_join
from tornado import web
from tornado.httputil import url_concat

from workshop_spawner.context import HubContext
from workshop_spawner.model import naming
from workshop_spawner.rules import ended_session, rate_limit, visitor_identity
from workshop_spawner.rules.workshops import access
from workshop_spawner.visitors import cleanup, hub_objects, proxy_mark
from workshop_spawner.visitors.hub_objects import HubUser

VISIT_COOKIE = "workshop-visit"
# As in error.html.
NO_DATABASE = "The hub cannot reach its database. Sessions that run go on; try again in a minute."


class VisitMixin(BaseHandler):
    """The cookie that tells two tabs of one browser from two browsers, before there is a user."""

    def get_visit(self) -> str:
        """The visit that the login page began in this browser; empty when there is none."""
        value = self.get_secure_cookie(VISIT_COOKIE, max_age_days=1)
        return value.decode("ascii", "replace") if value else ""

    def begin_visit(self) -> None:
        """Begin a visit unless this browser is in one."""
        if not self.get_visit():
            value = naming.make_random(24)
            self._set_cookie(VISIT_COOKIE, value, path=self.hub.base_url, expires_days=None)

    def end_visit(self) -> None:
        """The visitor has a name now; the next one gets another."""
        self.clear_cookie(VISIT_COOKIE, path=self.hub.base_url)

    def find_address(self) -> str:
        """The network address that asks, as far as the client cannot choose it."""
        context = self.request.connection.context
        peer = getattr(context, "_orig_remote_ip", self.request.remote_ip)
        forwarded = self.request.headers.get("X-Forwarded-For", "")
        trusted = getattr(context, "trusted_downstream", ())
        return rate_limit.find_address(peer, forwarded, trusted, by_proxy=self.is_by_proxy())

    def is_by_proxy(self) -> bool:
        """Whether the request came through the proxy that this hub has started.

        The proxy marks what it passes on to sessions too: they could say it back.
        """
        mark = self.authenticator.proxy_mark
        sent = self.request.headers.get(proxy_mark.HEADER, "")
        return proxy_mark.is_marked(mark, sent) and self._may_be_proxy()

    def _may_be_proxy(self) -> bool:
        connection: Any = self.request.connection
        peer = getattr(connection.context, "_orig_remote_ip", self.request.remote_ip)
        name = connection.stream.socket.getsockname()
        own = name[0] if isinstance(name, tuple) else ""
        watch = HubContext.of(self.settings).pod_watch
        pods = None if watch is None or watch.is_dead else watch.list_addresses()
        servers = hub_objects.list_server_hosts(self.db)
        return rate_limit.may_be_proxy(peer, own, servers, pods)

    def find_sent(self) -> dict[str, str] | None:
        """What a page that waits has to send again; None where nothing was sent."""
        if self.request.method != "POST":
            return None
        return {name: self.get_body_argument(name, "")[:2000] for name in ("next", "name", "code")}

    def refuse_unproxied(self) -> None:
        """Raise a 403 where the hub has a proxy of its own and the request went past it.

        Sessions reach the port of the hub's API by design; nobody logs in there.
        """
        peer = self.request.remote_ip
        if self.authenticator.proxy_mark and not self.is_by_proxy():
            self.log.warning("Refused a login from %.64r that went past the hub's proxy", peer)
            raise web.HTTPError(403, "Nobody logs in at this port; use the workshop's own address.")

    def refuse_without_database(self) -> None:
        """Raise a 503 where the hub's database is away.

        JupyterHub then takes everybody for a stranger.
        """
        if not hub_objects.has_database(self.db):
            raise web.HTTPError(503, NO_DATABASE)

    def refuse_too_many(self) -> None:
        """Raise a 429 with Retry-After when this address has made too many visitors or guesses."""
        address = self.find_address()
        wait = self.authenticator.count_try(address)
        if wait:
            self.log.warning("Too many visitors from %.64r", address)
            refusal: Any = web.HTTPError(429, "Many people have come from your network just now.")
            refusal.headers = {"Retry-After": f"{math.ceil(wait)}"}
            raise refusal


class AnonymousLoginHandler(VisitMixin, LoginHandler):
    """`/hub/login`: a page with one button, and the POST behind it."""

    async def get(self) -> None:
        """Show the page; go on to the session where the visitor has one."""
        self.set_header("Cache-Control", "no-store")
        self.refuse_without_database()
        if not self.current_user:
            self.begin_visit()
        await super().get()

    async def post(self) -> None:
        """Make the visitor, unless this browser is one already or what was typed is wrong."""
        self.refuse_without_database()
        self.refuse_unproxied()
        if self.current_user:
            self.redirect(self.get_next_url(self.current_user))
            return
        # Before anything is looked at: a refusal must not tell a guesser who is right.
        self.refuse_too_many()
        wrong = self._problem_with_form()
        if wrong:
            self.set_status(403)
            self.finish(await self._render(login_error=wrong))
            return
        name = visitor_identity.clean_name(self.get_body_argument("name", ""))
        user = await self.login_user({"name": name})
        if user is None:
            raise web.HTTPError(403, "Nobody can log in just now; please tell the organiser.")
        self.end_visit()
        self._jupyterhub_user = user
        self.redirect(self.get_next_url(user))

    def _problem_with_form(self) -> str | None:
        """What is wrong with what was typed, as a sentence; None when nothing is."""
        code = self.authenticator.access_code
        if code and not visitor_identity.is_right_code(code, self.get_body_argument("code", "")):
            address = self.find_address()
            self.authenticator.count_guess(address)
            self.log.warning("Wrong access code from %.64r", address)
            return "This is not the access code. Please look at it again."
        typed = self.get_body_argument("name", "")
        return visitor_identity.problem_with_name(typed, self.authenticator.ask_name)

    def _render(self, login_error: str | None = None, **kwargs: Any) -> Awaitable[str]:
        kwargs.pop("username", None)
        next_url = self.get_argument("next", "")
        ended = ended_session.find_cause(next_url, self.base_url)
        return BaseHandler.render_template(
            self,
            "workshop-login.html",
            authenticator=self.authenticator,
            login_error=login_error or "",
            typed_code=self.get_body_argument("code", "")[:200],
            typed_name=self.get_body_argument("name", "")[:200],
            ended=ended,
            left=bool(self.get_argument("left", "")),
            # Whoever starts another server has another address.
            next_url="" if ended else next_url,
            sync=kwargs.pop("sync", False),
            **kwargs,
        )

    def render_template(self, name: str, **ns: Any) -> Awaitable[str]:
        """Errors of a sent form are shown in the form; a full house has a page of its own."""
        if name == "429.html":
            return BaseHandler.render_template(self, name, sent=self.find_sent(), **ns)
        if hub_objects.is_by_database(ns.get("exception")):
            ns["message"] = NO_DATABASE
        return super().render_template(name, **ns)


class RestartHandler(VisitMixin, BaseHandler):
    """`/hub/restart`: end this session; begin a new one under a new name, or leave."""

    @web.authenticated
    async def get(self) -> None:
        """Ask whether it is meant; nothing happens yet."""
        self.set_header("Cache-Control", "no-store")
        self.finish(await self.render_template("workshop-restart.html"))

    @web.authenticated
    async def post(self) -> None:
        """End the session of the old visitor; log in as a new one, unless they leave."""
        self.refuse_unproxied()
        user = self.current_user
        if not self.authenticator.is_visitor(user):
            raise web.HTTPError(
                403, "Your account is not an anonymous one; stop your server instead."
            )
        leaves = bool(self.get_body_argument("leave", ""))
        if not leaves:
            self.refuse_too_many()
        HubContext.of(self.settings).spawn_task(self._leave(user))
        self.clear_login_cookie()
        self._jupyterhub_user = None
        self.end_visit()
        if leaves:
            self.redirect(url_concat(self.settings["login_url"], {"left": "yes"}))
            return
        # JupyterHub 5 keeps no user_info.
        kept = getattr(user, "user_info", None) or {}
        fresh = await self.login_user({"name": kept.get("name", "")})
        self.redirect(self._find_next(fresh) if fresh else self.settings["login_url"])

    def _find_next(self, user: HubUser) -> str:
        """Where somebody goes on who begins again: the workshop that they have chosen, if any.

        One that they may not see is none, so that nobody learns by this what there is.
        """
        wanted = HubContext.of(self.settings).workshops.get(self.get_body_argument("workshop", ""))
        person = access.Person(user.name, frozenset(group.name for group in user.groups))
        may_see = wanted is not None and access.may_see(wanted, person, datetime.now(UTC))
        path = ("workshops", wanted.name) if wanted and may_see else ("spawn",)
        return str(url_path_join(self.hub.base_url, *path))

    def render_template(self, name: str, **ns: Any) -> Awaitable[str]:
        """Whoever has to wait need not press the button again."""
        return super().render_template(name, sent=self.find_sent(), **ns)

    def get_visit(self) -> str:
        """Always a new name: browsers would show the old session's pages under the old one."""
        return ""

    async def _leave(self, user: HubUser) -> None:
        name = user.name
        try:
            await cleanup.leave(self.app, user, self.stop_single_user)
        except Exception:  # a task has nobody to raise to; the culler sweeps
            self.log.exception("Could not end the session of %s; left to the culler", name)
