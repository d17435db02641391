"""Tell the hub when this terminal was last used.

Activity is recorded here as it happens, and reported by `report_forever`. What counts is what a
person does, not an open tab; the hub's culler decides by it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from tornado import httpclient

log = logging.getLogger(__name__)

LONGEST_BACKOFF = 60.0
LONGEST_START = 10.0
REQUEST_SECONDS = 20.0


def make_start(interval: float, chance: float) -> float:
    """Return seconds from somebody's first key after a silence to its report: a few.

    Not a whole interval, in which a session would be taken for idle whose person is back at work;
    and not none (`chance` is a random number from 0 to 1), as a class comes back together.
    """
    return min(LONGEST_START, interval / 10) * chance


def make_delay(interval: float, failures: int, chance: float) -> float:
    """Return seconds between two reports: the interval +-10 %, or a backoff after failures.

    `chance` is a random number from 0 to 1: it keeps a class of sessions from reporting at once.
    """
    if failures:
        longest = min(LONGEST_BACKOFF, interval, 2.0 ** min(failures, 10))
        return longest * (0.5 + chance / 2)
    return interval * (0.9 + 0.2 * chance)


def make_report(server_name: str, last_activity: datetime) -> dict[str, Any]:
    """Make the hub's document: for the server and for the user. The time must have a zone."""
    time = last_activity.isoformat()
    return {"servers": {server_name: {"last_activity": time}}, "last_activity": time}


class Reporter:
    """Remembers the last activity and reports it, as long as it is newer than the last report."""

    def __init__(
        self,
        url: str,
        token: str,
        server_name: str,
        *,
        interval: float,
        request_options: Mapping[str, Any] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.url = url
        self.server_name = server_name
        self.interval = interval
        self.last_activity: datetime | None = None
        self.reported: datetime | None = None
        self._news = asyncio.Event()
        self._token = token
        self._options = dict(request_options or {})
        self._sleep = sleep

    def record(self) -> None:
        """Take note that somebody does something now; cheap, called for every key."""
        self.last_activity = datetime.now(UTC)
        self._news.set()

    def seconds_idle(self) -> float:
        """Return how many seconds ago somebody did something; infinite before the first time."""
        if self.last_activity is None:
            return float("inf")
        return (datetime.now(UTC) - self.last_activity).total_seconds()

    async def report_forever(self) -> None:
        """Report until cancelled; never raises for what the hub does.

        Soon after the first key, then once an interval for as long as somebody goes on.
        """
        failures = 0
        while True:
            await self._news.wait()
            self._news.clear()
            await self._sleep(make_start(self.interval, random.random()))  # noqa: S311
            try:
                await self.report()
                failures = 0
            except (OSError, httpclient.HTTPError) as error:
                failures += 1
                log.warning("The hub did not take our activity report (%s); try again", error)
            except Exception:
                failures += 1
                log.exception("Reporting activity failed")
            if failures:
                self._news.set()
            await self._sleep(make_delay(self.interval, failures, random.random()))  # noqa: S311

    async def report(self) -> bool:
        """Report what is new; tell whether there was anything. Raises what the request raises."""
        latest = self.last_activity
        if latest is None or latest == self.reported:
            return False
        request = httpclient.HTTPRequest(
            self.url,
            method="POST",
            headers={"Authorization": f"token {self._token}", "Content-Type": "application/json"},
            body=json.dumps(make_report(self.server_name, latest)),
            connect_timeout=REQUEST_SECONDS,
            request_timeout=REQUEST_SECONDS,
            follow_redirects=False,
            **self._options,
        )
        await httpclient.AsyncHTTPClient().fetch(request)
        self.reported = latest
        return True
