"""What all pages of the OAuth server share, and the small pages.

Cookies, forms, how answers and errors look.

No rule is decided in a handler. `flow` and `forms` build on this module; `app` lists the handlers.
"""

from __future__ import annotations

import json
import time
from asyncio import Future
from typing import TYPE_CHECKING, Any

import tornado.escape
import tornado.web

from pocket_openshift.core import behaviour
from pocket_openshift.http import discovery
from pocket_openshift.oauth import pages
from pocket_openshift.oauth.rules import authorize_rules, tokens

if TYPE_CHECKING:
    from pocket_openshift.oauth.server import OAuthServer

_NO_STORE = {
    "Cache-Control": "no-cache, no-store, max-age=0, must-revalidate",
    "Pragma": "no-cache",
    "Expires": "Fri, 01 Jan 1990 00:00:00 GMT",
}


class Handler(tornado.web.RequestHandler):
    """What all pages share: the server behind them, cookies, and how errors look."""

    def initialize(self, server: OAuthServer) -> None:
        """The server is the same for all requests."""
        self.oauth = server

    async def prepare(self) -> None:
        """Suffer what a test's script of faults has for this page."""
        self._cut = False
        fault = self.oauth.plane.faults.next_for_page(self._verb, self._page)
        if fault is None:
            return
        self.oauth.plane.tell()
        try:
            await self.oauth.plane.pause(fault.delay)
        except ConnectionResetError:
            self._hang_up()
            return
        if fault.drop == "before":
            self._hang_up()
        elif fault.status is not None or fault.retry_after is not None:
            error = fault.as_error()
            for name, value in error.headers.items():
                self.set_header(name, value)
            body = {"error": "server_error", "error_description": str(error)}
            self.answer(body, error.code)
        self._cut = fault.drop == "after"

    @property
    def _verb(self) -> str:
        return "create" if self.request.method == "POST" else "get"

    @property
    def _page(self) -> str:
        return self.request.path.strip("/")

    def _hang_up(self) -> None:
        self.request.connection.stream.close()  # type: ignore[union-attr]
        self._finished = True

    def finish(self, chunk: Any = None) -> Future[None]:
        """Answer, unless a fault loses what was done.

        Leaves a record first, for tests that count requests; who asked is in the form, or unknown.
        """
        record = behaviour.Record("", self._verb, self._page, "", "", self.get_status())
        self.oauth.plane.note(record)
        if not getattr(self, "_cut", False):
            return super().finish(chunk)
        self._hang_up()
        lost: Future[None] = Future()
        lost.set_result(None)
        return lost

    def set_default_headers(self) -> None:
        """Nothing of a login may be kept by a cache, framed, or told to another site."""
        self.clear_header("Server")
        for name, value in pages.HEADERS.items():
            if name != "Content-Type":
                self.set_header(name, value)

    def write_error(self, status_code: int, **_: Any) -> None:
        """Errors as a page; what went wrong inside is in the log only."""
        texts = {
            404: "There is no such page on the OAuth server.",
            405: "This page does not take this kind of request.",
        }
        self.show(pages.render_message("Error", texts.get(status_code, "Something went wrong.")))

    def show(self, page: str, status: int | None = None) -> None:
        """Answer with a page."""
        if status is not None:
            self.set_status(status)
        self.set_header("Content-Type", pages.HEADERS["Content-Type"])
        self.finish(page)

    def parameters(self) -> dict[str, str]:
        """The query: the first value of each name."""
        return {
            name: values[0].decode("utf-8", "replace")
            for name, values in self.request.query_arguments.items()
        }

    def form(self) -> dict[str, str]:
        """The form that was posted: the first value of each name."""
        return {
            name: values[0].decode("utf-8", "replace")
            for name, values in self.request.body_arguments.items()
        }

    # The session

    def cookie_name(self, kind: str) -> str:
        """A cookie's name, with the port in it: two servers on localhost stay apart.

        Cookies do not know ports.
        """
        return f"__Host-{kind}-{self.oauth.port}"

    def _keep(self, kind: str, value: str) -> None:
        self.set_cookie(
            self.cookie_name(kind), value, path="/", secure=True, httponly=True, samesite="Lax"
        )

    def person(self) -> tokens.Person | None:
        """Who is logged in to this server."""
        value = self.get_cookie(self.cookie_name("ssn")) or ""
        return self.oauth.sessions.find(value, time.monotonic())

    def start_session(self, person: tokens.Person) -> None:
        """Log a browser in."""
        self._keep("ssn", self.oauth.sessions.start(person, time.monotonic()))

    def end_session(self) -> None:
        """Log a browser out."""
        value = self.get_cookie(self.cookie_name("ssn"))
        if value:
            self.oauth.sessions.end(value)
            self._keep("ssn", "")

    def csrf(self) -> str:
        """What the page's form must send along; sets the cookie it is bound to."""
        cookie = self.get_cookie(self.cookie_name("csrf"))
        if not cookie:
            cookie = self.oauth.sessions.make_csrf_cookie()
            self._keep("csrf", cookie)
        return self.oauth.sessions.csrf(cookie)

    def is_own_form(self, sent: str) -> bool:
        """Whether what was sent came from a page that we gave to this browser."""
        cookie = self.get_cookie(self.cookie_name("csrf")) or ""
        return self.oauth.sessions.is_own_form(cookie, sent)

    def refuse(self, refusal: authorize_rules.Refusal) -> None:
        """Say no: to the client by way of the browser if it may be told, else as JSON."""
        if refusal.redirect:
            self.go(refusal.location())
        else:
            self.answer(refusal.as_dict(), 400)

    def answer(self, body: dict[str, Any], status: int = 200) -> None:
        """Answer with JSON that nobody keeps."""
        self.set_status(status)
        for name, value in _NO_STORE.items():
            self.set_header(name, value)
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(body))

    def go(self, location: str) -> None:
        """Send the browser somewhere, to the letter (tornado would re-encode it)."""
        self.set_status(302)
        self.clear_header("Content-Type")
        self.set_header("Location", location)
        self.finish()


class WellKnown(Handler):
    """/.well-known/oauth-authorization-server, here as at the API server."""

    def get(self) -> None:
        """The document."""
        self.answer(discovery.make_well_known(self.oauth.issuer))


class Front(Handler):
    """/: says what this is."""

    def get(self) -> None:
        """The page."""
        text = (
            "This is the OAuth server of a cluster on this machine. "
            "Applications send you here to log in."
        )
        self.show(pages.render_message("OAuth server", text))


class Health(Handler):
    """/healthz: answers when the server does."""

    def get(self) -> None:
        """Tell that the server answers."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish("ok")


class Missing(Handler):
    """Every other path."""

    async def prepare(self) -> None:
        """404, whatever the method."""
        raise tornado.web.HTTPError(404)
