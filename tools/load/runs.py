"""The runs: a crowd that comes within a minute, hundreds alive at once, thousands in sequence."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field

import aiohttp

from load.browser import open_browser
from load.results import Run, Sequence
from load.rules import keystrokes
from load.rules.requests import count_all, find_difference, leave_out_looks
from load.stack import Stack
from load.visit import Habits, Visit, Way, visit
from load.visitor import Visitor

COMMANDS = ("echo hello", "ls", "oc whoami")
# A page that the hub makes for everybody alike: TmpAuthenticator's login makes a user of who looks.
PROBED = "hub/no-such-page"
PROBE_SECONDS = 0.25
SAMPLE_SECONDS = 0.5
# Of a fault that everybody meets, some are enough.
MOST_TOLD = 20


@dataclass
class Watcher:
    """Looks at the hub while visitors come: its memory, and how soon it answers a page."""

    stack: Stack
    alive: int = 0
    done: int = 0
    pages: list[float] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)

    def note_prompt(self, _name: str) -> None:
        """One more is at the prompt."""
        self.alive += 1

    @contextlib.asynccontextmanager
    async def watching(self, *, by_done: bool = False) -> AsyncIterator[None]:
        """Watch for as long as the block takes; memory by sessions alive, or by those so far."""
        tasks = [asyncio.create_task(self._probe()), asyncio.create_task(self._sample(by_done))]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _probe(self) -> None:
        async with aiohttp.ClientSession() as http:
            while True:
                begun = time.monotonic()
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                    async with http.get(f"{self.stack.url}{PROBED}") as answer:
                        await answer.read()
                self.pages.append(time.monotonic() - begun)
                await asyncio.sleep(PROBE_SECONDS)

    async def _sample(self, by_done: bool) -> None:
        while True:
            count = self.done if by_done else self.alive
            self.memory.append((count, self.stack.read_memory("hub")))
            await asyncio.sleep(SAMPLE_SECONDS)


async def warm_up(stack: Stack) -> None:
    """One visit: what is done once is not what is measured."""
    await visit(stack.url, make_habits(stack, 0, quick=True))
    await stack.wait_until_gone()
    await stack.wait_for_reserve()


async def count_path(stack: Stack, visits: int) -> tuple[int, ...]:
    """API requests from click to prompt of some who come alone; without looks at what is there.

    Those are the culler's and the reserve's, which look when they want to.
    """
    counts = []
    for _ in range(visits):
        async with open_browser() as browser:
            visitor = Visitor(browser, stack.url)
            before = await stack.count_requests()
            await visitor.enter()
            async with visitor.terminal() as terminal:
                await terminal.wait_for_prompt()
                after = await stack.count_requests()
            await (visitor.stop_server() if stack.kind.peer else visitor.leave())
        counts.append(count_all(leave_out_looks(find_difference(before, after))))
        await stack.wait_until_gone()
        await stack.wait_for_reserve()
    return tuple(counts)


def make_habits(stack: Stack, seed: int, *, quick: bool = False) -> Habits:
    """Three commands at human speed and two pages of notes, or (quick) one command and a page."""
    way: Way = "stop" if stack.kind.peer else "leave"
    if quick:
        return Habits(commands=COMMANDS[:1], key_seconds=0, notes=1, way=way, seed=seed)
    return Habits(commands=COMMANDS, way=way, seed=seed)


async def run_crowd(
    stack: Stack, count: int, within: float, *, stay: bool = False, alone: int = 0
) -> Run:
    """So many come evenly within so many seconds; with `stay` nobody goes until all are there.

    Before, some come `alone`, so that one sees which requests are a visitor's.
    """
    watcher, go = Watcher(stack), asyncio.Event()
    path = await count_path(stack, alone)
    cpu, requests, begun = stack.read_all_cpu(), await stack.count_requests(), time.monotonic()
    left = count

    async def come(number: int, pause: float) -> Visit:
        nonlocal left
        await asyncio.sleep(pause)
        arrived = asyncio.Event()

        def note(name: str) -> None:
            watcher.note_prompt(name)
            arrived.set()
            leave_one()

        def leave_one() -> None:
            nonlocal left
            left -= 1
            if not left:
                go.set()

        told = await visit(
            stack.url, make_habits(stack, number), stay=go if stay else None, on_prompt=note
        )
        if arrived.is_set():
            watcher.alive -= 1
        else:
            leave_one()
        return told

    async with watcher.watching():
        pauses = keystrokes.spread_arrivals(count, within)
        visits = await asyncio.gather(*(come(n, pause) for n, pause in enumerate(pauses)))
        ended = time.monotonic()
        orphans = await stack.wait_until_gone()
        gone = time.monotonic() - ended
    used = stack.read_all_cpu()
    after = await stack.count_requests()
    return Run(
        kind=stack.kind.name,
        visitors=count,
        within=within,
        prompts=tuple(v.seconds_to_prompt for v in visits if v.seconds_to_prompt is not None),
        echoes=tuple(echo for v in visits for echo in v.echoes),
        pages=tuple(watcher.pages),
        held=find_longest(stack, begun),
        cpu=tuple((part, used[part] - cpu.get(part, 0.0)) for part in used),
        path=path,
        requests=find_difference(requests, after),
        memory=tuple(watcher.memory),
        gone=gone,
        orphans=tuple(orphans),
        troubles=tell_some(v.trouble for v in visits),
        errors=tell_some(f"{e.status} {e.path}: {e.sentence}" for v in visits for e in v.errors),
    )


def find_longest(stack: Stack, begun: float) -> tuple[float, float, float]:
    """The longest callback of the hub's loop since then: by clock, by processor, by collector."""
    held = [rest for when, *rest in stack.read_holds() if when >= begun]
    return tuple(max((one[n] for one in held), default=0.0) for n in range(3))  # type: ignore[return-value]


def tell_some(sentences: Iterable[str]) -> tuple[str, ...]:
    """The different ones that are none, the first some of them."""
    return tuple(dict.fromkeys(one for one in sentences if one))[:MOST_TOLD]


async def run_sequence(stack: Stack, count: int, at_once: int) -> Sequence:
    """So many quick visits, a few at once; the hub's memory before and after."""
    watcher, begun = Watcher(stack), time.monotonic()
    async with watcher.watching(by_done=True):
        first = await _visit_some(stack, watcher, range(count // 10), at_once)
        await stack.wait_until_gone()
        before = stack.read_memory("hub")
        rest = await _visit_some(stack, watcher, range(count // 10, count), at_once)
        seconds = time.monotonic() - begun
        orphans = await stack.wait_until_gone()
    visits = first + rest
    return Sequence(
        visitors=count,
        at_once=at_once,
        seconds=seconds,
        succeeded=sum(one.has_prompt for one in visits),
        before=before,
        after=stack.read_memory("hub"),
        memory=thin(watcher.memory),
        orphans=tuple(orphans),
        troubles=tell_some(one.trouble for one in visits),
    )


@dataclass(frozen=True)
class Outcome:
    """Of thousands of visits no more is kept."""

    has_prompt: bool
    trouble: str


async def _visit_some(
    stack: Stack, watcher: Watcher, numbers: range, at_once: int
) -> list[Outcome]:
    limit = asyncio.Semaphore(at_once)

    async def come(number: int) -> Outcome:
        async with limit:
            told = await visit(stack.url, make_habits(stack, number, quick=True))
        watcher.done += 1
        return Outcome(told.has_prompt, told.trouble)

    return list(await asyncio.gather(*map(come, numbers)))


def thin(points: list[tuple[float, float]], most: int = 300) -> tuple[tuple[float, float], ...]:
    """At most about so many of the points, evenly."""
    step = max(1, len(points) // most)
    return tuple(points[::step])
