"""What the gates without a hub have in common: forms, sockets and routes."""

from __future__ import annotations

import hmac
from typing import Any

from tornado import web

from jupyterhub_butterfly.auth import RefusedError
from jupyterhub_butterfly.rules import origins, tickets


class StandaloneGate:
    """A gate whose logins do not run out and that has no routes of its own."""

    def __init__(self, secret: bytes) -> None:
        self.secret = secret

    async def start(self) -> None:
        """Nothing to prepare."""

    async def still_valid(self, handler: web.RequestHandler) -> bool:
        """Nothing that lets in can run out."""
        return True

    def form_binding(self, handler: web.RequestHandler) -> str:
        """What the token of a form is bound to; a gate that knows logins binds it to the login."""
        return "form"

    def xsrf_token(self, handler: web.RequestHandler) -> bytes:
        """Return a token that only our own pages carry: browsers send logins by themselves."""
        return tickets.make_ticket(self.secret, self.form_binding(handler)).encode()

    def check_xsrf(self, handler: web.RequestHandler) -> None:
        """Refuse a form or script that does not carry it, or that comes from elsewhere."""
        given = handler.request.headers.get("X-XSRFToken") or handler.get_argument("_xsrf", "")
        origin = handler.request.headers.get("Origin")
        if origin is not None and not origins.is_own_origin(origin, handler.request.host):
            raise RefusedError("This request comes from another site.")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self.xsrf_token(handler)):
            raise RefusedError("The page's token is missing or old. Reload the page.")

    def routes(self) -> list[tuple[str, type[web.RequestHandler], dict[str, Any]]]:
        """None of its own."""
        return []
