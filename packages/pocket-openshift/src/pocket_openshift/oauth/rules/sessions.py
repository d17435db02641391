"""Who is logged in to the OAuth server itself, and proof that a form was ours.

Pure state, no I/O: `handlers` reads and writes the cookies. A session is short: it lives from the
password until the browser goes back to the client, as on the real server, where the next login asks
for the password again.
"""

from __future__ import annotations

import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass

from pocket_openshift.oauth.rules import tokens

SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class _Session:
    person: tokens.Person
    until: float


class Sessions:
    """Sessions by the random value of their cookie; at most `size`, the latest.

    Times are in seconds.
    """

    def __init__(self, seconds: float = SECONDS, size: int = 10_000) -> None:
        self.seconds, self.size = seconds, size
        self._sessions: OrderedDict[str, _Session] = OrderedDict()
        self._key = secrets.token_bytes(32)

    def start(self, person: tokens.Person, now: float) -> str:
        """A new session; the value for its cookie."""
        value = secrets.token_urlsafe(32)
        self._sessions[value] = _Session(person, now + self.seconds)
        while len(self._sessions) > self.size:
            self._sessions.popitem(last=False)
        return value

    def find(self, value: str, now: float) -> tokens.Person | None:
        """Whose session it is, or None."""
        session = self._sessions.get(value)
        if session is None or now >= session.until:
            self._sessions.pop(value, None)
            return None
        return session.person

    def end(self, value: str) -> None:
        """Forget a session."""
        self._sessions.pop(value, None)

    @staticmethod
    def make_csrf_cookie() -> str:
        """A new value for the cookie that forms are bound to."""
        return secrets.token_urlsafe(32)

    def csrf(self, cookie: str) -> str:
        """What a form sends along, for the browser that has this cookie."""
        return hmac.new(self._key, cookie.encode(), "sha256").hexdigest()

    def is_own_form(self, cookie: str, sent: str) -> bool:
        """Whether a form came from a page that this server gave to this browser."""
        return bool(cookie) and hmac.compare_digest(self.csrf(cookie).encode(), sent.encode())
