"""The state of a login under way: made for one browser, good once, for a while.

Called by handlers.py. The browser's half is in a signed cookie; this ledger remembers which
states were spent, so that a callback cannot be played twice.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict

LIFETIME_SECONDS = 30 * 60
"""Long enough for a password reset on the login page."""
MOST_SPENT = 20_000


def make_state() -> str:
    """A state nobody can guess."""
    return secrets.token_urlsafe(24)


class Ledger:
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
