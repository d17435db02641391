"""No login at all: for one person on their own machine. Loopback only, unless forced.

Even so a foreign web page must not get in: the Host header must be the one we serve (no DNS
rebinding), and forms and sockets need the page's own token.
"""

from __future__ import annotations

import logging
from collections.abc import Collection

from tornado import web

from jupyterhub_butterfly.auth import RefusedError, Visitor, standalone

log = logging.getLogger(__name__)

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
LOOPBACK_ADDRESSES = ("127.0.0.1", "localhost", "::1")


class OpenGate(standalone.StandaloneGate):
    """Admits everybody who asks for us by the right host name."""

    mode = "none"

    def __init__(self, secret: bytes, hosts: Collection[str] = LOOPBACK) -> None:
        super().__init__(secret)
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
            raise RefusedError(f"This terminal does not answer for the host {name!r}.")

    async def begin_login(self, handler: web.RequestHandler) -> None:
        """There is nothing to log in to."""
        raise web.HTTPError(403, "You may not enter.")
