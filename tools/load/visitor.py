"""One visitor of a workshop, by HTTP and websocket: arrives, waits, works, leaves.

What goes wrong is what a person would see: an error page is kept with its sentence, and looked at
again some times, as people do. A visitor who is stuck raises `StuckError`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

import aiohttp

from load.browser import FULL, Browser, Page
from load.rules import pages
from load.terminal import Terminal, open_terminal

QUEUE_SECONDS, LONGEST_QUEUE_SECONDS = 10.0, 60.0
LONGEST_EVENT = 64 * 1024


class StuckError(Exception):
    """The visitor gets no further; the message says where, and what they see."""


@dataclass(frozen=True)
class Patience:
    """How often an error page is looked at again, after how many seconds; and how long in all.

    `entering` bounds the time from the start page to the session's page, queue and all;
    `terminal` each wait for the shell.
    """

    reloads: int = 3
    pause: float = 1.0
    entering: float = 300.0
    terminal: float = 30.0


class Visitor:
    """A person at the workshop's public `url`, which ends in a slash, with a browser of their own.

    `typed` is what they fill in on the start page, such as a name or an access code. `queued`
    counts pages of the queue that they have seen.
    """

    def __init__(
        self,
        browser: Browser,
        url: str,
        patience: Patience | None = None,
        typed: Mapping[str, str] | None = None,
    ) -> None:
        self.browser = browser
        self.url = url
        self.name = ""
        self.queued = 0
        self.clicked = 0.0
        self._patience = patience or Patience()
        self._typed = dict(typed or {})

    @property
    def server(self) -> str:
        """The address of their own session; ends in a slash."""
        return f"{self.url}user/{self.name}/"

    async def enter(self) -> Page:
        """From the start page to the session's page: log in, wait for a place, for the start.

        `clicked` is when the button was pressed; where there is none, when they came. Safe to call
        again: somebody with a session gets to it.
        """
        try:
            async with asyncio.timeout(self._patience.entering):
                return await self._go_on()
        except TimeoutError:
            raise StuckError(
                f"no session after {self._patience.entering:g} s; last: {self._find_last()}"
            ) from None

    async def _go_on(self) -> Page:
        self.clicked = self.browser.clock()
        page = await self.show("start page", self.url)
        while page.status != 200 or pages.find_owner(page.url) != "session":
            page = await self._step(page)
        self.name = pages.find_user(page.url)
        return page

    async def _step(self, page: Page) -> Page:
        """One page further."""
        if page.status == FULL:
            return await self._queue(page)
        if "/spawn-pending/" in page.path:
            self.name = pages.find_user(page.url)
            await self._watch_start()
            return await self.show("session page", page.url)
        form = pages.find_form(page.text, "login")
        if form is None:
            raise StuckError(f"{page.path} leads nowhere: {page.sentence}")
        self.clicked = self.browser.clock()
        return await self._send(page, form)

    async def _send(self, page: Page, form: pages.Form) -> Page:
        data = {**dict(form.fields), **self._typed}
        url = urljoin(page.url, form.action)
        return await self.show("login", url, method="POST", data=data)

    async def _queue(self, page: Page) -> Page:
        """Wait as the queue's page does, then look again."""
        self.queued += 1
        pause = pages.parse_pause(page.retry_after, QUEUE_SECONDS, LONGEST_QUEUE_SECONDS)
        await asyncio.sleep(pause)
        form = pages.find_form(page.text)
        if form is not None and form.action in ("", page.path):
            return await self._send(page, form)
        return await self.show("queue", page.url)

    async def _watch_start(self) -> None:
        """Follow the progress of the start, as the page does; what failed is kept as an error."""
        url = f"{self.url}hub/api/users/{self.name}/server/progress"
        headers = {"X-XSRFToken": self.browser.find_cookie(f"{self.url}hub/", "_xsrf")}
        try:
            async with self.browser.timed("progress", "GET", url, headers=headers) as answer:
                if answer.status == 200:
                    await self._read_events(answer)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return  # the page asks again by itself; what it shows then counts

    async def _read_events(self, answer: aiohttp.ClientResponse) -> None:
        async for line in answer.content:
            if not line.startswith(b"data:"):
                continue
            event = json.loads(line[5:])
            if event.get("failed"):
                said = str(event.get("message", ""))[: pages.LONGEST_SENTENCE]
                self.browser.note_error("progress", 200, "/hub/spawn-pending/", said)
                raise StuckError(f"the start failed: {said}")
            if event.get("ready"):
                return

    async def show(
        self,
        what: str,
        url: str,
        *,
        method: str = "GET",
        data: Mapping[str, str] | None = None,
    ) -> Page:
        """Show a page; one with an error again, some times. 429 is the queue, and no error."""
        page = await self.browser.fetch(what, url, method=method, data=data)
        for _ in range(self._patience.reloads):
            if page.status == FULL or 200 <= page.status < 400:
                return page
            await asyncio.sleep(self._patience.pause)
            page = await self.browser.fetch(what, page.url if method == "GET" else self.url)
        if page.status != FULL and not 200 <= page.status < 400:
            raise StuckError(f"{page.path} answers {page.status}: {page.sentence}")
        return page

    @contextlib.asynccontextmanager
    async def terminal(self, name: str = "1") -> AsyncIterator[Terminal]:
        """The session's terminal with this name, once its shell can be typed at."""
        page = await self.show("terminal page", f"{self.server}terminal/session/{name}")
        ticket = pages.find_ticket(page.text)
        if not ticket:
            raise StuckError(f"{page.path} is no terminal's page: {page.sentence}")
        async with contextlib.AsyncExitStack() as stack:
            opening = open_terminal(
                self.browser, self.server, ticket, name, self._patience.terminal
            )
            try:
                shown = await stack.enter_async_context(opening)
            except (aiohttp.ClientError, OSError) as error:
                raise StuckError(f"the terminal's websocket does not open: {error}") from error
            yield shown

    async def read_notes(self, page: Page, most: int) -> int:
        """Turn so many pages of the notes, beginning at the session's page; how many there were."""
        found = pages.find_notes(page.text)[:most]
        for address in found:
            await self.show("notes", urljoin(page.url, address))
        return len(found)

    async def leave(self) -> None:
        """Leave by the form that deletes session, project and user."""
        page = await self.show("leave page", f"{self.url}hub/restart")
        form = pages.find_form(page.text, "restart")
        if form is None:
            raise StuckError(f"{page.path} has no form to leave by: {page.sentence}")
        data = {**dict(form.fields), "leave": "yes"}
        await self.show("leave", urljoin(page.url, form.action), method="POST", data=data)

    async def stop_server(self) -> None:
        """Stop the session as the hub's home page does; the user stays."""
        await self.show("home", f"{self.url}hub/home")
        headers = {"X-XSRFToken": self.browser.find_cookie(f"{self.url}hub/", "_xsrf")}
        url = f"{self.url}hub/api/users/{self.name}/server"
        page = await self.browser.fetch("stop", url, method="DELETE", headers=headers)
        if page.status not in (202, 204):
            raise StuckError(f"the stop answers {page.status}: {page.sentence}")

    async def log_out(self) -> None:
        """Log out; what becomes of the session is the hub's affair."""
        await self.show("logout", f"{self.url}hub/logout")

    def _find_last(self) -> str:
        seen = self.browser.errors
        return str(seen[-1]) if seen else "a page without an error"
