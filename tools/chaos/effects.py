"""What is done for each kind of fault, and undone: the hands of the schedule."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from chaos import cluster_view
from chaos import stack as stacks
from chaos.parts import ViolationError
from chaos.people import Guest
from chaos.rules.schedule import NAMES, Step, pick

HUB_ACCOUNT = "system:serviceaccount:workshop:hub"
VERBS = ("*", "get", "list", "create", "patch", "delete")
PAGES = ("oauth/authorize", "oauth/token", "login", ".well-known/oauth-authorization-server")
# More than the culler takes for a jump (60 s). What is done while the clock is ahead looks that
# much younger afterwards, so a long one would have us wait as long for what is idle.
JUMPS = ("+65s", "-65s", "-1h")
QUOTA = "/api/v1/namespaces/workshop/resourcequotas"
CUT = "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"


class Hands:
    """Plays steps against a stack; `guests` are those whom a fault may hit."""

    def __init__(self, stack: stacks.Stack, guests: Callable[[], Sequence[Guest]]) -> None:
        self._stack = stack
        self._guests = guests
        self._numbers = 0
        # One of a kind at a time: what two of them undo would be undone too early.
        self._busy = {name: asyncio.Lock() for name in NAMES}

    async def play(self, step: Step) -> str:
        """Do it, wait for its time, and undo it; a word about what it hit."""
        async with self._busy[step.kind.name]:
            return await getattr(self, f"_{step.kind.name}")(step) or ""

    async def _kill_hub(self, step: Step) -> None:
        self._stack.hub.kill(spared=lambda process: False)

    async def _kill_hub_alone(self, step: Step) -> None:
        proxy = self._stack.proxy
        family = {proxy} | descendants(proxy)
        self._stack.hub.kill(spared=lambda process: process.pid in family)

    async def _kill_culler(self, step: Step) -> str:
        return kill(self._stack.find_culler())

    async def _kill_proxy(self, step: Step) -> str:
        return kill(self._stack.proxy)

    async def _kill_node(self, step: Step) -> str:
        hit = [guest for guest in self._guests() if not guest.is_leaving]
        for guest in hit:
            guest.excuse = guest.excuse or "the node agent was killed"
        self._stack.node.kill()
        return f"{len(hit)} sessions"

    async def _kill_api(self, step: Step) -> None:
        self._stack.api.kill()

    async def _cut_database(self, step: Step) -> str:
        database = self._stack.database
        if database is None:
            await asyncio.to_thread(self._lock, 0.5)
            return "SQLite's file was locked"
        try:
            await asyncio.to_thread(database.query, CUT)
        except (AssertionError, subprocess.TimeoutExpired):
            return "it was away"
        return ""

    async def _stop_database(self, step: Step) -> None:
        database = self._stack.database
        if database is None:
            return await asyncio.to_thread(self._lock, step.seconds)
        await asyncio.to_thread(database.stop)
        try:
            await asyncio.sleep(step.seconds)
        finally:
            await asyncio.to_thread(database.start)

    def _lock(self, seconds: float) -> None:
        """SQLite's file, held by somebody else: what waits for it waits."""
        file = self._stack.folder / "hub.sqlite"
        with contextlib.closing(sqlite3.connect(file, timeout=5)) as held:
            held.execute("begin exclusive")
            time.sleep(seconds)  # in a thread: this is the lock's length, not a wait for something
            held.rollback()

    async def _api_429(self, step: Step) -> str:
        return await self._fault(step, status=429, retry_after=1)

    async def _api_500(self, step: Step) -> str:
        return await self._fault(step, status=500)

    async def _api_timeout(self, step: Step) -> str:
        return await self._fault(step, delay=5, drop="before")

    async def _api_drop_after(self, step: Step) -> str:
        verb = pick(step.choice, ("create", "patch", "delete"))
        async with self._scripted(verb=verb, drop="after"):
            await asyncio.sleep(step.seconds)
        return verb

    async def _api_silent_watch(self, step: Step) -> None:
        async with self._scripted(verb="watch", watch="silent"):
            await asyncio.sleep(step.seconds)

    async def _fault(self, step: Step, **what: Any) -> str:
        verb = pick(step.choice, VERBS)
        async with self._scripted(verb=verb, **what):
            await asyncio.sleep(step.seconds)
        return f"verb {verb}"

    @contextlib.asynccontextmanager
    async def _scripted(self, *faults: Mapping[str, Any], **fault: Any) -> AsyncIterator[None]:
        """Faults in the API server's script, for the hub's account unless they say otherwise."""
        self._numbers += 1
        name, api = f"fault-{self._numbers}", self._stack.api
        for each in faults or (fault,):
            told = {"times": None, "user": HUB_ACCOUNT, **each}
            api.write(json.dumps({"add": name, "fault": told}))
        try:
            yield
        finally:
            api.write(json.dumps({"remove": name}))

    async def _delete_pod(self, step: Step) -> str:
        guest = self._choose(step)
        if guest is None:
            return "nobody is in"
        guest.excuse = "their pod was deleted by hand"
        pods = await self._stack.view.list("pod", f"class=session,user={guest.name}")
        for pod in pods:
            await self._stack.view.ask("DELETE", path_of(pod, "pods"))
        return guest.name

    async def _delete_project(self, step: Step) -> str:
        guest = self._choose(step)
        if guest is None:
            return "nobody is in"
        guest.excuse = "their project was deleted by hand"
        for project in await self._stack.view.list("project", f"class=session,user={guest.name}"):
            name = project["metadata"]["name"]
            await self._stack.view.ask("DELETE", f"/api/v1/namespaces/{name}")
        return guest.name

    def _choose(self, step: Step) -> Guest | None:
        there = [guest for guest in self._guests() if guest.is_in and not guest.excuse]
        here = [guest for guest in there if not guest.is_leaving]
        return pick(step.choice, here) if here else None

    async def _stop_oauth(self, step: Step) -> None:
        pages = [{"resource": page, "drop": "before", "user": None} for page in PAGES]
        async with self._scripted(*pages):
            await asyncio.sleep(step.seconds)

    async def _fill_quota(self, step: Step) -> None:
        view = self._stack.view
        quota = {"metadata": {"name": "full"}, "spec": {"hard": {"pods": "0"}}}
        try:
            await view.create(QUOTA, quota)
            await asyncio.sleep(step.seconds)
        finally:
            await insist(lambda: view.ask("DELETE", f"{QUOTA}/full"))

    async def _slow_disk(self, step: Step) -> str:
        """Whoever writes to the disk stands still, as one that the kernel lets wait for it."""
        database = self._stack.database
        pids = [self._stack.api.pid] if self._stack.api.is_running else []
        if database is not None and step.choice < 0.5:
            pids = find_postgres(database.folder)
        stacks.freeze(pids, signal.SIGSTOP)
        try:
            await asyncio.sleep(step.seconds)
        finally:
            stacks.freeze(pids, signal.SIGCONT)
        return "the database" if database is not None and step.choice < 0.5 else "the API server"

    async def _clock_jump(self, step: Step) -> str:
        if not stacks.FAKETIME:
            return "left out: this machine has no libfaketime"
        jump = pick(step.choice, JUMPS)
        set_clock(self._stack.clock, jump)
        try:
            await asyncio.sleep(step.seconds)
        finally:
            set_clock(self._stack.clock, "+0")
        return jump

    async def _second_hub(self, step: Step) -> str:
        second = self._stack.second
        starting = asyncio.create_task(second.start(self._stack.complain))
        try:
            await asyncio.sleep(step.seconds)
        finally:
            starting.cancel()
            await second.stop()
        return f"it was started {second.starts} times"


def kill(pid: int) -> str:
    """SIGKILL to one process of ours."""
    if not pid:
        return "it was not up"
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    return ""


def descendants(pid: int) -> set[int]:
    """What a process has started, if it is there."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return {child.pid for child in psutil.Process(pid).children(recursive=True)}
    return set()


def find_postgres(folder: Path) -> list[int]:
    """The server's processes, its connections among them."""
    with contextlib.suppress(OSError, ValueError, psutil.NoSuchProcess):
        first = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        return [first, *descendants(first)]
    return []


def set_clock(file: Path, jump: str) -> None:
    """Whoever reads this file never sees half of it."""
    fresh = file.with_suffix(".new")
    fresh.write_text(jump)
    fresh.replace(file)


def path_of(item: Mapping[str, Any], plural: str) -> str:
    """Where an object of the core is."""
    metadata = item["metadata"]
    return f"/api/v1/namespaces/{metadata['namespace']}/{plural}/{metadata['name']}"


async def insist(attempt: Callable[[], Awaitable[tuple[int, Any]]], times: int = 60) -> None:
    """Do it again until the API server has answered, which it may have to be started for."""
    for _ in range(times):
        with contextlib.suppress(cluster_view.UnansweredError):
            status, _ = await attempt()
            if status < 500:
                return
        await asyncio.sleep(0.5)
    raise ViolationError("the API server does not come back")
