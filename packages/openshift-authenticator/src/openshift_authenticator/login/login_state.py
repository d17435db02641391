"""The state of a login under way: made for one browser, good once, for a while.

The browser's half is in a signed cookie; the replay cache remembers which
states were spent, so that a callback cannot be played twice.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections import OrderedDict
from collections.abc import Iterable

LIFETIME_SECONDS = 30 * 60
"""Long enough for a password reset on the login page."""
MOST_SPENT = 20_000
MOST_PENDING = 5
"""Logins under way in one browser, a tab each; older ones are given up."""


def make_state() -> str:
    """A state nobody can guess."""
    return secrets.token_urlsafe(24)


def make_cookie_name(base: str, state: str, now: float) -> str:
    """The name of the cookie that holds this login's half: tabs do not disturb each other.

    It begins with the time, so that names in order are logins in order.
    """
    return f"{base}-{int(now * 1000):012x}-{_digest(state)}"


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()[:16]


def find_cookie(base: str, state: str, names: Iterable[str]) -> str:
    """Which of a browser's cookies holds the half of the login of ``state``; empty if none."""
    end = f"-{_digest(state)}"
    return next((name for name in names if name.startswith(base) and name.endswith(end)), "")


def find_surplus(base: str, names: Iterable[str]) -> list[str]:
    """Which of a browser's cookies make room for one more login: the oldest."""
    pending = sorted(name for name in names if name.startswith(f"{base}-"))
    return pending[: max(0, len(pending) - MOST_PENDING + 1)]


def read_state(text: str) -> str:
    """The state in the address that the browser came back with; empty for anything strange."""
    try:
        found = json.loads(base64.urlsafe_b64decode(text.encode("ascii")))
    except (ValueError, RecursionError):
        return ""
    state = found.get("state_id") if isinstance(found, dict) else None
    return state if isinstance(state, str) else ""


class ReplayCache:
    """Which states were spent in the last half hour; bounded in memory."""

    def __init__(self) -> None:
        self._spent: OrderedDict[str, float] = OrderedDict()

    def spend(self, state: str, now: float) -> bool:
        """True the first time a state is shown, False from then on."""
        self._forget(now)
        if state in self._spent:
            return False
        self._spent[state] = now
        return True

    def _forget(self, now: float) -> None:
        while self._spent:
            oldest, spent_at = next(iter(self._spent.items()))
            if len(self._spent) < MOST_SPENT and now - spent_at <= LIFETIME_SECONDS:
                return
            del self._spent[oldest]
