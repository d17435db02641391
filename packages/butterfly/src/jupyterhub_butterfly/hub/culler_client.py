"""The client of the culler's service: when this session ends, extending it, what it tells.

The hub's token stays in this process. Without an address, or where the service does not let us in,
there is nothing to show; what it says is read in `rules.countdown`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
import urllib.parse
from collections.abc import Callable
from typing import Any

from tornado import httpclient, simple_httpclient

from jupyterhub_butterfly import settings
from jupyterhub_butterfly.rules import countdown

log = logging.getLogger(__name__)

REQUEST_SECONDS = 8.0
LARGEST_ANSWER = 64 * 1024
# However many pages ask, the service is asked once in so long.
FRESH_SECONDS = 20.0
# What the service said counts so long after it stopped answering.
STALE_SECONDS = 300.0
# Somebody who leafs through the notes is one report in so long.
REPORT_SECONDS = 2.0
# As long as the service keeps them.
LONGEST_PAGE = 200
LONGEST_NAME = 100
UNSURE = (
    "Nobody answered whether your session was extended. Wait a minute, and try again if the "
    "warning is still there."
)


class NotExtendedError(Exception):
    """The session is not extended; the message is a sentence for the person."""


class OutcomeUnknownError(Exception):
    """It is not known whether it was extended; the message is a sentence for the person."""


class CullerClient:
    """The service's API, for the one session that this server is."""

    def __init__(
        self,
        url: str,
        token: str,
        server_name: str,
        seconds_idle: Callable[[], float],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.url = check_url(url)
        self.server_name = server_name
        self.seconds_idle = seconds_idle
        self.clock = clock
        self._token = token
        self._known: countdown.Known | None = None
        self._asked = self._due = float("-inf")
        self._rare = False
        self._failures = 0
        self._lock = asyncio.Lock()
        # What the service is to know of the page and of the tests, and what it knows.
        self._told: dict[str, dict[str, Any]] = {}
        self._taken: dict[str, dict[str, Any] | None] = {}
        self._reporting: asyncio.Task[None] | None = None
        self._client: httpclient.AsyncHTTPClient | None = None

    async def get_view(self) -> countdown.View:
        """Return what a page shows now; never raises for what the service does."""
        async with self._lock:
            if self.clock() >= self._due:
                await self._ask()
            return self._make_view()

    async def find_cause(self, seconds: float) -> str:
        """Find out why the session is being stopped; never raises.

        It waits so many seconds for an answer, and for a question that is under way. One of
        `countdown.CAUSES`, "" where neither the service nor the clock tells.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._lock.acquire()
            try:
                await self._ask(seconds)
            finally:
                self._lock.release()
        elapsed = self.clock() - self._asked
        if self._known is None or elapsed > STALE_SECONDS:
            return ""
        later = countdown.make_later(self._known, elapsed)
        return countdown.decide_cause(later, self.seconds_idle())

    def expire(self) -> None:
        """Ask the service at the next look, however short a time ago it was asked."""
        self._due = min(self._due, self.clock())

    async def extend(self) -> countdown.View:
        """Extend the session. Raises `NotExtendedError` or `OutcomeUnknownError`."""
        async with self._lock:
            self._due = float("-inf")  # whatever comes of it, the next look asks
            try:
                body = json.dumps({"server": self.server_name})
                status, model = await self.fetch("POST", "api/session/extend", body)
                if status == 200:
                    self._keep(model)
                    return self._make_view()
            except (OSError, httpclient.HTTPError, ValueError) as error:
                log.warning("No answer to extending the session (%s)", error)
                raise OutcomeUnknownError(UNSURE) from error
            if status == 409:
                raise NotExtendedError(
                    str(model.get("message") or "Your session was not extended.")
                )
            if countdown.classify_status(status) == "absent":
                raise NotExtendedError(
                    "Your session cannot be extended from here; ask the instructor."
                )
            raise OutcomeUnknownError(UNSURE)

    def tell_page(self, page: str) -> None:
        """Tell, in the background, at which page of the notes the person is; never raises.

        The last page told counts. What does not arrive is told again with a later question.
        """
        self._tell("page", {"page": " ".join(page.split())[:LONGEST_PAGE]})

    def tell_tests(self, passed: int, failed: int, failing: str) -> None:
        """Tell, as `tell_page` does, how the tests of the notes have ended.

        Each counts once; `failing` is the last that failed, "" if none did.
        """
        name = " ".join(failing.split())[:LONGEST_NAME]
        self._tell("tests", {"passed": passed, "failed": failed, "failing": name})

    def _tell(self, what: str, report: dict[str, Any]) -> None:
        self._told[what] = report
        self._begin_reporting()

    def _begin_reporting(self) -> None:
        if self._reporting is None or self._reporting.done():
            self._reporting = asyncio.ensure_future(self._report())

    async def drain(self) -> None:
        """Wait for what is being told in the background."""
        if self._reporting is not None:
            await self._reporting

    async def _report(self) -> None:
        refused: set[str] = set()
        while not self._rare and (what := self._find_untold(refused)):
            if await self._send_report(what, self._told[what]):
                await asyncio.sleep(REPORT_SECONDS)
            else:
                refused.add(what)

    def _find_untold(self, refused: set[str]) -> str:
        """Find what the service does not know yet: "page", "tests", or "" for nothing."""
        untold = (what for what in self._told if self._told[what] != self._taken.get(what))
        return next((what for what in untold if what not in refused), "")

    async def _send_report(self, what: str, report: dict[str, Any]) -> bool:
        try:
            body = json.dumps({"server": self.server_name, **report})
            status, _ = await self.fetch("POST", f"api/session/{what}", body)
        except (OSError, httpclient.HTTPError, ValueError) as error:
            log.info("The culler was not told the %s of the notes (%s)", what, error)
            return False
        if status != 200:
            log.info("The culler did not take the %s of the notes (status %s)", what, status)
            return False
        self._taken[what] = report
        return True

    async def _ask(self, seconds: float = 0.0) -> None:
        query = urllib.parse.urlencode({"server": self.server_name})
        try:
            status, model = await self.fetch("GET", f"api/session?{query}", seconds=seconds)
            answer = countdown.classify_status(status)
            if answer == "known":
                return self._keep(model)
            self._fail(f"status {status}", absent=answer == "absent")
        except (OSError, httpclient.HTTPError, ValueError) as error:
            self._fail(str(error), absent=False)

    def _keep(self, model: Any) -> None:
        self._known = countdown.read_clock(model)
        self._asked, self._failures, self._rare = self.clock(), 0, False
        self._due = self._asked + FRESH_SECONDS
        # A service that was restarted does not know them.
        if "page" in model:
            self._taken["page"] = {"page": model["page"]}
        if "tests" in model:
            self._taken["tests"] = model["tests"]
        if self._told:
            self._begin_reporting()

    def _fail(self, why: str, *, absent: bool) -> None:
        self._failures += 1
        self._rare = absent
        if absent:
            self._known = None
        rest = countdown.RARELY if absent else countdown.make_backoff(self._failures)
        self._due = self.clock() + rest
        if self._failures == 1:
            log.warning("The culler does not tell when this session ends (%s)", why)

    def _make_view(self) -> countdown.View:
        elapsed = self.clock() - self._asked
        if self._known is None or elapsed > STALE_SECONDS:
            return countdown.View(next=countdown.RARELY if self._rare else countdown.CALM)
        return countdown.decide_view(
            countdown.make_later(self._known, elapsed), self.seconds_idle()
        )

    async def fetch(
        self, method: str, path: str, body: str | None = None, seconds: float = 0.0
    ) -> tuple[int, dict[str, Any]]:
        """Fetch JSON; {} for an answer that is no object. Raises what the request raises."""
        if self._client is None:
            self._client = simple_httpclient.SimpleAsyncHTTPClient(
                force_instance=True, max_buffer_size=LARGEST_ANSWER, max_body_size=LARGEST_ANSWER
            )
        request = httpclient.HTTPRequest(
            self.url + path,
            method=method,
            headers={"Authorization": f"token {self._token}", "Accept": "application/json"},
            body=body,
            connect_timeout=seconds or REQUEST_SECONDS,
            request_timeout=seconds or REQUEST_SECONDS,
            follow_redirects=False,
        )
        answer = await self._client.fetch(request, raise_error=False)
        try:
            model = json.loads(answer.body or b"{}")
        except ValueError:
            if answer.code == 200:
                raise
            model = {}
        return answer.code, model if isinstance(model, dict) else {}


def check_url(url: str) -> str:
    """Return the address of the service with its last slash; `SettingsError` for what is none."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise settings.SettingsError(
            f"ButterflyApp.culler_url (or WORKSHOP_CULLER_URL) is {url!r}; write the address that "
            "sessions reach the service at, as http://hub:8000/services/workshop-culler/"
        )
    return url.rstrip("/") + "/"
