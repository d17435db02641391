"""One name and one password (HTTP Basic): AUTH_USERNAME and AUTH_PASSWORD, without a hub.

For the image alone behind TLS. Compared in constant time; wrong attempts are slowed down for all
browsers but those that have shown the password before.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Callable

from tornado import web

from jupyterhub_butterfly import settings
from jupyterhub_butterfly.auth import RefusedError, Visitor, standalone

# Wrong attempts in a row that are free, and the longest wait that they add up to, in seconds.
FREE_ATTEMPTS = 5
LONGEST_WAIT = 30.0
KNOWN_COOKIE = "terminal-known"


def find_credentials(header: str) -> tuple[str, str] | None:
    """Return name and password of an Authorization header, None when it has none."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, found, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (name, password) if found else None


def make_wait(failures: int) -> float:
    """Return how long, in seconds, after so many wrong attempts no other is looked at."""
    return min(LONGEST_WAIT, 2.0 ** (failures - FREE_ATTEMPTS)) if failures > FREE_ATTEMPTS else 0.0


class BasicGate(standalone.StandaloneGate):
    """Admits whoever knows the name and the password."""

    mode = "basic"

    def __init__(
        self,
        name: str,
        password: str,
        secret: bytes,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not name or not password:
            raise settings.SettingsError(
                "ButterflyApp.mode = 'basic' needs AUTH_USERNAME and AUTH_PASSWORD in the "
                "environment."
            )
        super().__init__(secret)
        self.failures = 0
        self._clock = clock
        self._closed_until = 0.0
        self._expected = _digest(secret, name, password)

    async def admit(self, handler: web.RequestHandler) -> Visitor | None:
        """Compare what the browser sends with each request."""
        given = find_credentials(handler.request.headers.get("Authorization", ""))
        if given is None:
            return None
        known = handler.get_signed_cookie(KNOWN_COOKIE) == b"known"
        if not known and self._clock() < self._closed_until:
            # Also for the right password, as else this answer would tell which one is wrong.
            raise RefusedError("Too many wrong passwords. Wait half a minute, then try again.")
        if hmac.compare_digest(_digest(self.secret, *given), self._expected):
            if not known:
                self.failures = 0
                self._remember(handler)
            return Visitor(given[0], self._expected.hex())
        self.failures += 1
        self._closed_until = self._clock() + make_wait(self.failures)
        await asyncio.sleep(0.2)
        return None

    def _remember(self, handler: web.RequestHandler) -> None:
        """Keep guesses from shutting out a browser that is in; the password is still checked."""
        handler.set_signed_cookie(
            KNOWN_COOKIE,
            "known",
            expires_days=None,
            path=handler.settings["prefix"],
            httponly=True,
            secure=handler.request.protocol == "https",
            samesite="Lax",
        )

    async def begin_login(self, handler: web.RequestHandler) -> None:
        """Have the browser ask for name and password."""
        handler.set_status(401)
        handler.set_header("WWW-Authenticate", 'Basic realm="terminal", charset="UTF-8"')
        handler.finish("Name and password, please.\n")


def _digest(secret: bytes, name: str, password: str) -> bytes:
    text = f"{len(name)}:{name}:{password}".encode("utf-8", "replace")
    return hmac.new(secret, text, hashlib.sha256).digest()
