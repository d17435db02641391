"""Visitors of a run: they come, type, come back to the same shell, and go.

Where nobody answers they try again, where a page says that something is wrong they press the
button again; each page of an error is looked at. Whoever has a shell leaves a mark in it, and asks
for it as long as they stay. Somebody who tries for too long is a violation.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import aiohttp

from chaos.parts import ViolationError
from chaos.rules.error_pages import problem_with_error, problem_with_message
from chaos.rules.invariants import Stay, problem_with_shell
from load.browser import Browser, Page
from load.rules import keystrokes
from load.terminal import SlowTerminalError, Terminal, TerminalClosedError
from load.visitor import Patience, StuckError, Visitor

# How long somebody tries before they give up, which nobody should have to.
# A clock that goes back stops what tornado repeats for as long: the hub then looks that much later
# whether its proxy is there.
PATIENCE_SECONDS = 100.0
PAUSE_SECONDS = 0.7
ANSWER_SECONDS = 20.0
KEY_SECONDS = 0.03
LOOKS = 5
PATIENCE = Patience(reloads=0, pause=PAUSE_SECONDS, entering=60.0, terminal=15.0)
How = Literal["leave", "close"]
AWAY = (StuckError, SlowTerminalError, TerminalClosedError, aiohttp.ClientError, OSError)


@dataclass
class Guest:
    """One visitor of a run: who they are, how they go after how many seconds, and how it is."""

    number: int
    how: How
    seconds: float
    name: str = ""
    names: list[str] = field(default_factory=list)
    mark: str = ""
    pod: str = ""
    excuse: str = ""
    is_in: bool = False
    is_leaving: bool = False
    answered: float = 0.0  # when the shell did last, by the monotonic clock
    longest: tuple[float, str] = (0.0, "")
    shown: list[str] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)

    def as_stay(self) -> Stay:
        """As the invariants look at it."""
        return Stay(self.name, self.pod, self.excuse or ("they left" if self.is_leaving else ""))

    @property
    def who(self) -> str:
        """As a violation names them."""
        return f"visitor {self.number} ({self.name or 'without a name'})"


class ReadingBrowser(Browser):
    """A browser whose person reads each error."""

    guest: Guest

    async def fetch(
        self,
        what: str,
        url: str,
        *,
        method: str = "GET",
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page:
        """Show a page; ViolationError where it is an error that nobody should be shown."""
        asked = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", **(headers or {})}
        page = await super().fetch(what, url, method=method, data=data, headers=asked)
        if page.status >= 400:
            problem = problem_with_error(page.status, page.content_type, page.text)
            if problem:
                raise ViolationError(f"{self.guest.who} was shown, at {page.path}: {problem}")
            self.guest.shown.append(f"{page.status} {page.sentence}")
        self._note_cookies()
        return page

    def note_error(self, what: str, status: int, path: str, sentence: str) -> None:
        """A message of the page that waits is read, too."""
        super().note_error(what, status, path, sentence)
        if what == "progress" and (problem := problem_with_message(sentence)):
            raise ViolationError(f"{self.guest.who} was told, at {path}: {problem}")

    def _note_cookies(self) -> None:
        """What a thief of a log could use; the two left out grant nothing by themselves.

        JupyterHub logs its session id at INFO ("Setting new xsrf cookie for ..."): it only ties
        tokens together that end with one login.
        """
        for cookie in self.http.cookie_jar:
            if cookie.key not in ("_xsrf", "jupyterhub-session-id"):
                kind = cookie.key.replace(self.guest.name or "?", "NAME")
                self.guest.secrets[f"the cookie {kind}"] = cookie.value


class PressingVisitor(Visitor):
    """A visitor who presses the button of the page of a start that has failed."""

    async def _queue(self, page: Page) -> Page:
        # It has the same status as the queue's page, and does not ask again by itself.
        if "/spawn-pending/" in page.path:
            return await self.show("button", f"{self.url}hub/spawn/{self.name}")
        return await super()._queue(page)


@contextlib.asynccontextmanager
async def open_visitor(guest: Guest, url: str) -> AsyncIterator[Visitor]:
    """A visitor at the workshop with an empty cookie jar."""
    jar = aiohttp.CookieJar(unsafe=True)
    timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
    async with aiohttp.ClientSession(cookie_jar=jar, timeout=timeout) as http:
        browser = ReadingBrowser(http, time.monotonic)
        browser.guest = guest
        yield PressingVisitor(browser, url, PATIENCE)


async def visit(guest: Guest, url: str, goes_on: Callable[[], bool]) -> None:
    """A whole visit, for as long as the run goes on. ViolationError for what must not be.

    Who is still there at its end leaves by the button, so that nobody need wait for the idle limit.
    """
    async with open_visitor(guest, url) as visitor:
        await keep_trying(guest, "enter", lambda: enter(guest, visitor))
        end = time.monotonic() + guest.seconds

        def stays() -> bool:
            return time.monotonic() < end and goes_on() and not guest.excuse

        while stays() or not (guest.mark or guest.excuse):
            await keep_trying(guest, "reach the shell", lambda: use(guest, visitor, stays))
        guest.is_leaving = True
        if guest.excuse:
            await look_at_end(visitor)
        if (guest.how == "leave" or not goes_on()) and not guest.excuse:
            await keep_trying(guest, "leave", visitor.leave)


async def keep_trying(guest: Guest, what: str, attempt: Callable[[], Awaitable[Any]]) -> None:
    """Try until it is done, or until a fault has ended the session."""
    begin = time.monotonic()
    while not guest.excuse:
        try:
            await attempt()
            note_wait(guest, begin, what)
            return
        except AWAY as error:
            waited = note_wait(guest, begin, f"{what}: {error}")
            if waited > PATIENCE_SECONDS:
                seconds = f"{PATIENCE_SECONDS:.0f} s"
                message = f"{guest.who} could not {what} within {seconds}: {error}"
                raise ViolationError(message) from error
        await asyncio.sleep(PAUSE_SECONDS)  # as somebody who presses a button again


def note_wait(guest: Guest, begin: float, what: str) -> float:
    """For how long they wait already, since they began or since their shell last answered."""
    waited = time.monotonic() - max(begin, guest.answered)
    guest.longest = max(guest.longest, (waited, f"{guest.who}, to {what}"))
    return waited


async def enter(guest: Guest, visitor: Visitor) -> None:
    """Log in and wait, to the page of one's own session."""
    try:
        await visitor.enter()
    finally:
        if visitor.name and visitor.name != guest.name:
            guest.name = visitor.name
            guest.names.append(visitor.name)


async def look_at_end(visitor: Visitor) -> None:
    """What somebody is shown whose session a fault has ended: errors are read as all others."""
    for _ in range(LOOKS):
        if visitor.name:
            await visitor.browser.fetch("session page", visitor.server)
        await asyncio.sleep(PAUSE_SECONDS)  # as somebody who reloads the page


async def use(guest: Guest, visitor: Visitor, stays: Callable[[], bool]) -> None:
    """Type for as long as one wants to stay; a lost connection raises one of `AWAY`."""
    dice = random.Random(guest.number)
    async with visitor.terminal() as terminal:
        # Enter: the connection may have been lost in the middle of a line.
        await terminal.type_command("", ())
        await find_mark(guest, terminal, dice)
        guest.is_in = True
        while stays():
            await asyncio.sleep(dice.uniform(0.2, 2.0))  # as people type
            await check_mark(guest, terminal, dice)
            if dice.random() < 0.2:
                await visitor.show("session page", visitor.server)


async def find_mark(guest: Guest, terminal: Terminal, dice: random.Random) -> None:
    """Leave a mark in the shell at the first time; it must be there at each later one."""
    if not guest.mark:
        mark = secrets.token_hex(6)
        await type_line(terminal, f"chaos_mark={mark}", dice)
        guest.mark = mark
    await check_mark(guest, terminal, dice)


async def check_mark(guest: Guest, terminal: Terminal, dice: random.Random) -> None:
    """Ask the shell for its mark."""
    screen = await type_line(terminal, "echo is=$chaos_mark.", dice)
    found = re.findall(r"^is=(\w*)\.$", screen, re.MULTILINE)
    if not found:
        raise StuckError(f"the shell shows {screen[-200:]!r}")
    guest.answered = time.monotonic()
    if problem := problem_with_shell(guest.name, guest.mark, found[-1], guest.excuse):
        raise ViolationError(problem)


async def type_line(terminal: Terminal, line: str, dice: random.Random) -> str:
    """Type it, quickly; what the terminal shows then."""
    await terminal.type_command(line, keystrokes.make_pauses(dice, len(line), KEY_SECONDS))
    return terminal.screen
