"""The browser's half of a login under way: one cookie a tab, the oldest make room."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

# Long enough for a password reset on the login page.
LIFETIME_SECONDS = 30 * 60
# Logins under way in one browser, a tab each; older ones are given up.
MOST_PENDING = 5


def make_cookie_name(base: str, state: str, now: float) -> str:
    """The name of the cookie that holds this login's half: tabs do not disturb each other.

    It begins with the time, so that names in order are logins in order.
    """
    return f"{base}-{int(now * 1000):012x}-{make_digest(state)}"


def make_digest(state: str) -> str:
    """What a cookie's name tells of a state, which it must not tell."""
    return hashlib.sha256(state.encode()).hexdigest()[:16]


def find_cookie(base: str, state: str, names: Iterable[str]) -> str:
    """Which of a browser's cookies holds the half of the login of `state`; empty if none."""
    end = f"-{make_digest(state)}"
    return next((name for name in names if name.startswith(base) and name.endswith(end)), "")


def find_surplus(base: str, names: Iterable[str]) -> list[str]:
    """Which of a browser's cookies make room for one more login: the oldest."""
    pending = sorted(name for name in names if name.startswith(f"{base}-"))
    return pending[: max(0, len(pending) - MOST_PENDING + 1)]
