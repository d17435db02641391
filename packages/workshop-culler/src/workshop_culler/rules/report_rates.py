"""How often a session may tell or ask something: a leaky bucket for each, in bounded memory."""

from __future__ import annotations

from collections import OrderedDict

# So many at once, and as many again in each window, are more than a person does.
AT_ONCE = 20
WINDOW_SECONDS = 30.0
MOST_SESSIONS = 10_000

# Whose sessions, and what is counted.
Key = tuple[str, str]


class ReportRates:
    """Counts reports by session. Of sessions it keeps the most recent; others begin again."""

    def __init__(self, most: int = MOST_SESSIONS) -> None:
        self._most = most
        self._levels: OrderedDict[Key, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._levels)

    def take(self, key: Key, now: float) -> bool:
        """Count one report of a session, `now` in seconds; False, and not counted, if too many."""
        level, since = self._levels.get(key, (0.0, now))
        level = max(0.0, level - max(0.0, now - since) * AT_ONCE / WINDOW_SECONDS)
        taken = level + 1 <= AT_ONCE
        self._levels[key] = (level + taken, now)
        self._levels.move_to_end(key)
        while len(self._levels) > self._most:
            self._levels.popitem(last=False)
        return taken
