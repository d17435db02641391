"""What all pages of the OAuth server share, and the small pages.

Cookies, forms, how answers and errors look.

No rule is decided in a handler. `flow` and `forms` build on this module; `app` lists the handlers.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from aiohttp import typedefs, web

from pocket_openshift.core import behaviour, faults
from pocket_openshift.http import discovery
from pocket_openshift.oauth import pages
from pocket_openshift.oauth.rules import authorize_rules, tokens

if TYPE_CHECKING:
    from pocket_openshift.oauth.server import OAuthServer

log = logging.getLogger(__name__)

SERVER: web.AppKey[OAuthServer] = web.AppKey("server")
COOKIES: web.RequestKey[dict[str, str]] = web.RequestKey("cookies")
MAX_FORM = 1024 * 1024
FORM_SECONDS = 60.0
_FORM = "application/x-www-form-urlencoded"
_NO_STORE = {
    "Cache-Control": "no-cache, no-store, max-age=0, must-revalidate",
    "Pragma": "no-cache",
    "Expires": "Fri, 01 Jan 1990 00:00:00 GMT",
}
_ERRORS = {
    404: "There is no such page on the OAuth server.",
    405: "This page does not take this kind of request.",
}


def show(page: str, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """A page as an answer."""
    kind = {"Content-Type": pages.HEADERS["Content-Type"]}
    return web.Response(body=page.encode(), status=status, headers={**kind, **(headers or {})})


def answer(
    body: dict[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """JSON that nobody keeps."""
    sent = {**_NO_STORE, "Content-Type": "application/json", **(headers or {})}
    return web.Response(body=json.dumps(body).encode(), status=status, headers=sent)


def go(location: str) -> web.Response:
    """Send the browser somewhere, to the letter."""
    return web.Response(status=302, headers={"Location": location})


def refuse(refusal: authorize_rules.Refusal) -> web.Response:
    """Say no: to the client by way of the browser if it may be told, else as JSON."""
    return go(refusal.location()) if refusal.redirect else answer(refusal.as_dict(), 400)


@web.middleware
async def serve(request: web.Request, handler: typedefs.Handler) -> web.StreamResponse:
    """Every answer of this server. It is made also when the browser no longer waits for it."""
    request[COOKIES] = {}
    plane = request.app[SERVER].plane
    try:
        return await asyncio.shield(plane.run_beside(_serve(plane, request, handler)))
    except ConnectionResetError:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()


async def _serve(
    plane: behaviour.Plane, request: web.Request, handler: typedefs.Handler
) -> web.StreamResponse:
    """The answer of a page, or what a test's script of faults has for it."""
    verb, page = "create" if request.method == "POST" else "get", request.path.strip("/")
    fault = plane.faults.next_for_page(verb, page)
    failure = await _apply_fault(plane, fault) if fault else None
    response = failure or await _make_answer(request, handler)
    for name, value in pages.HEADERS.items():
        if name != "Content-Type":
            response.headers.setdefault(name, value)
    for name, value in request[COOKIES].items():
        response.set_cookie(name, value, secure=True, httponly=True, samesite="Lax")
    # For tests that count requests; who asked is in the form, or unknown.
    plane.note(behaviour.Record("", verb, page, "", "", response.status))
    if fault and fault.drop == "after":
        raise ConnectionResetError
    return response


async def _apply_fault(plane: behaviour.Plane, fault: faults.Fault) -> web.Response | None:
    plane.tell()
    await plane.pause(fault.delay)
    if fault.drop == "before":
        raise ConnectionResetError
    if fault.status is None and fault.retry_after is None:
        return None
    error = fault.as_error()
    body = {"error": "server_error", "error_description": str(error)}
    return answer(body, error.code, error.headers)


async def _make_answer(request: web.Request, handler: typedefs.Handler) -> web.StreamResponse:
    """What a page answers; errors as a page: what went wrong inside is in the log only."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        status = error.status
    except ConnectionResetError:
        raise
    except Exception:
        log.exception("%s %s failed", request.method, request.path)
        status = 500
    return show(pages.render_message("Error", _ERRORS.get(status, "Something went wrong.")), status)


class Handler(web.View):
    """What all pages share: the server behind them, cookies and forms."""

    @property
    def oauth(self) -> OAuthServer:
        """The server behind all pages."""
        return self.request.app[SERVER]

    @property
    def query(self) -> str:
        """The query as it was sent."""
        return self.request.raw_path.partition("?")[2]

    def parameters(self) -> dict[str, str]:
        """The query: the first value of each name."""
        return {name: values[0] for name, values in _parse(self.query).items()}

    async def form(self) -> dict[str, str]:
        """The form that was posted: the first value of each name."""
        return {name: values[0] for name, values in (await self.fields()).items()}

    async def fields(self) -> dict[str, list[str]]:
        """The form that was posted: all values of each name."""
        if self.request.content_type != _FORM:
            return {}
        async with asyncio.timeout(FORM_SECONDS):
            return _parse((await self.request.read()).decode(errors="replace"))

    # The session

    def cookie_name(self, kind: str) -> str:
        """A cookie's name, with the port in it: two servers on localhost stay apart.

        Cookies do not know ports.
        """
        return f"__Host-{kind}-{self.oauth.port}"

    def _keep(self, kind: str, value: str) -> None:
        self.request[COOKIES][self.cookie_name(kind)] = value

    def _cookie(self, kind: str) -> str:
        return self.request.cookies.get(self.cookie_name(kind), "")

    def person(self) -> tokens.TokenUser | None:
        """Who is logged in to this server."""
        return self.oauth.sessions.find(self._cookie("ssn"), time.monotonic())

    def start_session(self, person: tokens.TokenUser) -> None:
        """Log a browser in."""
        self._keep("ssn", self.oauth.sessions.start(person, time.monotonic()))

    def end_session(self) -> None:
        """Log a browser out."""
        if value := self._cookie("ssn"):
            self.oauth.sessions.end(value)
            self._keep("ssn", "")

    def csrf(self) -> str:
        """What the page's form must send along; sets the cookie it is bound to."""
        cookie = self._cookie("csrf")
        if not cookie:
            cookie = self.oauth.sessions.make_csrf_cookie()
            self._keep("csrf", cookie)
        return self.oauth.sessions.csrf(cookie)

    def is_own_form(self, sent: str) -> bool:
        """Whether what was sent came from a page that we gave to this browser."""
        return self.oauth.sessions.is_own_form(self._cookie("csrf"), sent)


def _parse(text: str) -> dict[str, list[str]]:
    return parse_qs(text, keep_blank_values=True)


class WellKnown(Handler):
    """/.well-known/oauth-authorization-server, here as at the API server."""

    async def get(self) -> web.Response:
        """The document."""
        return answer(discovery.make_well_known(self.oauth.issuer))


class Front(Handler):
    """/: says what this is."""

    async def get(self) -> web.Response:
        """The page."""
        text = (
            "This is the OAuth server of a cluster on this machine. "
            "Applications send you here to log in."
        )
        return show(pages.render_message("OAuth server", text))


class Health(Handler):
    """/healthz: answers when the server does."""

    async def get(self) -> web.Response:
        """Tell that the server answers."""
        return web.Response(text="ok")
