"""What each session told last, in bounded memory: its page of the notes, its tests."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from typing import Generic, TypeVar

from workshop_culler.rules.models import Server

MOST_SESSIONS = 10_000

Report = TypeVar("Report")


class LatestReports(Generic[Report]):
    """The latest report by session; the oldest are forgotten first.

    A culler that restarts has none: sessions see that in its answers, and tell theirs again.
    """

    def __init__(self, most: int = MOST_SESSIONS) -> None:
        self._most = most
        self._told: OrderedDict[tuple[str, str], tuple[datetime | None, Report]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._told)

    def note(self, server: Server, report: Report) -> None:
        """Remember what a session told."""
        self._told[server.key] = (server.started, report)
        self._told.move_to_end(server.key)
        while len(self._told) > self._most:
            self._told.popitem(last=False)

    def find(self, server: Server) -> Report | None:
        """What a session told; None if it did not, or was restarted since."""
        if server.key not in self._told:
            return None
        told, report = self._told[server.key]
        # `server` may be from a list that is older than what the session told.
        older = told is not None and server.started is not None and told < server.started
        return None if older else report
