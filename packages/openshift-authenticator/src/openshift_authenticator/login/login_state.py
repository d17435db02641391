"""The state of a login under way: made for one browser, good once, for a while.

The browser's half is in a signed cookie (`workshop_kube.openshift_login.cookies`); the replay cache
remembers which states were spent, so that a callback cannot be played twice.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections import OrderedDict

from workshop_kube.openshift_login.cookies import LIFETIME_SECONDS

MOST_SPENT = 20_000


def make_state() -> str:
    """A state nobody can guess."""
    return secrets.token_urlsafe(24)


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

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._spent)

    def _forget(self, now: float) -> None:
        while self._spent:
            oldest, spent_at = next(iter(self._spent.items()))
            if len(self._spent) < MOST_SPENT and now - spent_at <= LIFETIME_SECONDS:
                return
            del self._spent[oldest]
