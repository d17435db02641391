"""Why sessions are being stopped: noted before the hub is asked, for the session to ask about.

A session's terminal asks while it goes down, to tell the person in words. Kept in memory: whoever
asks does so within a second.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime

from workshop_culler.rules.models import Server

INSTRUCTOR = "instructor"
# The causes that a person is told, by the rule of the verdict; of others they hear no cause.
CAUSES = {"idle": "idle", "age": "age"}
MOST_ENDINGS = 10_000


class Endings:
    """The cause by session; the oldest are forgotten first."""

    def __init__(self) -> None:
        self._noted: OrderedDict[tuple[str, str], tuple[datetime | None, str]] = OrderedDict()

    def note(self, server: Server, cause: str) -> None:
        """Remember why a session is about to be stopped; "" where a person is told no cause."""
        self._noted[server.key] = (server.started, cause)
        self._noted.move_to_end(server.key)
        while len(self._noted) > MOST_ENDINGS:
            self._noted.popitem(last=False)

    def find(self, server: Server) -> str:
        """Why a session is being stopped: "idle", "age", "instructor"; "" where it is not known.

        What was noted of the server that had this name before does not count.
        """
        started, cause = self._noted.get(server.key, (None, ""))
        return cause if started == server.started else ""
