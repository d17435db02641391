"""A whole visit by habits that were given, told as a frozen value: `await visit(url, habits)`."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import aiohttp

from load.browser import Answer, ErrorSeen, open_browser
from load.rules import keystrokes
from load.terminal import SlowTerminalError, Terminal, TerminalClosedError
from load.visitor import Patience, StuckError, Visitor

Way = Literal["leave", "stop", "log out", "close"]
TROUBLES = (StuckError, SlowTerminalError, TerminalClosedError, aiohttp.ClientError, OSError)


@dataclass(frozen=True)
class Habits:
    """What a visitor does once they are at the prompt.

    Commands are typed key by key, half of the keys within `key_seconds` after the last. `notes`
    pages are read. `way` is how they go: by the form that deletes all, by stopping the session, by
    logging out, or by closing the tab, of which nobody is told. `seed` is for the pauses.
    """

    commands: tuple[str, ...] = ("echo hello",)
    key_seconds: float = 0.15
    notes: int = 2
    way: Way = "leave"
    typed: tuple[tuple[str, str], ...] = ()
    patience: Patience = field(default_factory=Patience)
    seed: int = 0


@dataclass(frozen=True)
class Visit:
    """How it went. Times are of the visitor's clock, in seconds; None for what never came.

    `clicked`: the button was pressed; `entered`: the session's page was there; `prompted`: the
    shell asked for a command. `echoes` are the seconds from each key to its echo. `trouble` is why
    the visit ended early, empty where it did not.
    """

    name: str = ""
    arrived: float = 0.0
    clicked: float = 0.0
    entered: float | None = None
    prompted: float | None = None
    ended: float = 0.0
    queued: int = 0
    echoes: tuple[float, ...] = ()
    answers: tuple[Answer, ...] = ()
    errors: tuple[ErrorSeen, ...] = ()
    trouble: str = ""

    @property
    def has_prompt(self) -> bool:
        """Whether the start succeeded: the visitor was at a prompt."""
        return self.prompted is not None

    @property
    def seconds_to_prompt(self) -> float | None:
        """From the click to the prompt."""
        return None if self.prompted is None else self.prompted - self.clicked


async def visit(
    url: str,
    habits: Habits | None = None,
    *,
    stay: asyncio.Event | None = None,
    on_prompt: Callable[[str], None] = lambda _name: None,
) -> Visit:
    """Visit the workshop at `url` (which ends in a slash); raises nothing but cancellation.

    With `stay` the visitor stays at the terminal until that is set. `on_prompt` is called with
    their name when they are at the prompt first.
    """
    told = habits or Habits()
    async with open_browser() as browser:
        visitor = Visitor(browser, url, told.patience, dict(told.typed))
        course, trouble = _Course(browser.clock()), ""
        try:
            await _play(visitor, told, course, stay, on_prompt)
        except TROUBLES as error:
            trouble = str(error) or type(error).__name__
        return _tell(course, visitor, trouble)


@dataclass
class _Course:
    """How far a visit has come."""

    arrived: float
    entered: float | None = None
    prompted: float | None = None
    echoes: list[float] = field(default_factory=list)


async def _play(
    visitor: Visitor,
    habits: Habits,
    course: _Course,
    stay: asyncio.Event | None,
    on_prompt: Callable[[str], None],
) -> None:
    clock = visitor.browser.clock
    page = await visitor.enter()
    course.entered = clock()
    async with visitor.terminal() as terminal:
        await terminal.wait_for_prompt()
        course.prompted = clock()
        on_prompt(visitor.name)
        await _work(terminal, habits, course)
        await visitor.read_notes(page, habits.notes)
        if stay is not None:
            await _stay(terminal, stay)
    await _go(visitor, habits.way)


async def _work(terminal: Terminal, habits: Habits, course: _Course) -> None:
    chance = random.Random(habits.seed)
    for command in habits.commands:
        pauses = keystrokes.make_pauses(chance, len(command), habits.key_seconds)
        course.echoes += await terminal.type_command(command, pauses)


async def _stay(terminal: Terminal, stay: asyncio.Event) -> None:
    """Stay until told to go; a terminal that closes meanwhile is trouble."""
    waiting = asyncio.create_task(stay.wait())
    losing = asyncio.create_task(terminal.wait_for_end())
    try:
        await asyncio.wait({waiting, losing}, return_when=asyncio.FIRST_COMPLETED)
        if losing.done() and not stay.is_set():
            raise losing.result()
    finally:
        waiting.cancel()
        losing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(waiting, losing, return_exceptions=True)


async def _go(visitor: Visitor, way: Way) -> None:
    match way:
        case "leave":
            await visitor.leave()
        case "stop":
            await visitor.stop_server()
        case "log out":
            await visitor.log_out()
        case "close":
            pass


def _tell(course: _Course, visitor: Visitor, trouble: str) -> Visit:
    return Visit(
        name=visitor.name,
        arrived=course.arrived,
        clicked=visitor.clicked,
        entered=course.entered,
        prompted=course.prompted,
        ended=visitor.browser.clock(),
        queued=visitor.queued,
        echoes=tuple(course.echoes),
        answers=tuple(visitor.browser.answers),
        errors=tuple(visitor.browser.errors),
        trouble=trouble,
    )
