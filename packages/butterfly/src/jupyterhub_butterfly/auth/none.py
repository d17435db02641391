"""No login at all: for one person on their own machine. Loopback only, unless forced.

Even so a foreign web page must not get in: the Host header must be the one we serve (no DNS
rebinding), and forms and sockets need the page's own token.
"""

from __future__ import annotations

import hmac
import logging
import typing

from tornado import web

from jupyterhub_butterfly import origins, tickets

from . import Refused, Visitor

log = logging.getLogger(__name__)

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
LOOPBACK_ADDRESSES = ("127.0.0.1", "localhost", "::1")


class OpenGate:
    """Admits everybody who asks for us by the right host name."""

    mode = "none"

    def __init__(self, secret: bytes, hosts: typing.Collection[str] = LOOPBACK) -> None:
        self.secret = secret
        self.hosts = hosts

    async def start(self) -> None:
        """Say loudly what this mode means; called when the server starts."""
        log.warning(
            "NO LOGIN: whoever reaches this port gets a shell as you. "
            "ButterflyApp.mode = 'none' is for your own machine only."
        )

    async def admit(self, handler: web.RequestHandler) -> Visitor | None:
        """Admit a request for a host name that is ours."""
        self.check_host(handler.request.host)
        return Visitor("anyone", "anyone")

    def check_host(self, host: str) -> None:
        """Refuse a foreign host name: a page of another site whose name now points to us."""
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        if self.hosts and name.lower() not in self.hosts:
            raise Refused(f"This terminal does not answer for the host {name!r}.")

    async def begin_login(self, handler: web.RequestHandler) -> None:
        """There is nothing to log in to."""
        raise web.HTTPError(403, "You may not enter.")

    async def still_valid(self, handler: web.RequestHandler) -> bool:
        """Nothing that lets in can run out."""
        return True

    def xsrf_token(self, handler: web.RequestHandler) -> bytes:
        """Return a token that only our own pages carry."""
        return tickets.make_ticket(self.secret, "form").encode()

    def check_xsrf(self, handler: web.RequestHandler) -> None:
        """Refuse a form or script that does not carry it, or that comes from elsewhere."""
        check_form(handler, self.xsrf_token(handler))

    def routes(self) -> list[tuple[str, type[web.RequestHandler], dict[str, typing.Any]]]:
        """None of its own."""
        return []


def check_form(handler: web.RequestHandler, expected: bytes) -> None:
    """Hold a changing request's token and origin against ours. Raises `Refused`."""
    given = handler.request.headers.get("X-XSRFToken") or handler.get_argument("_xsrf", "")
    origin = handler.request.headers.get("Origin")
    if origin is not None and not origins.judge_origin(origin, handler.request.host):
        raise Refused("This request comes from another site.")
    if not hmac.compare_digest(given.encode("utf-8", "replace"), expected):
        raise Refused("The page's token is missing or old. Reload the page.")
