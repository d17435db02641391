"""The programs of a run, each started again when it ends, as a supervisor would.

A part that ends although nothing killed it, or that never comes up, is a violation of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

import children

UP_SECONDS = 90.0
PAUSE_SECONDS = 0.5
STOP_SECONDS = 30.0
LINE_BYTES = 2**20


class ViolationError(Exception):
    """Something is so that must never be; the message says what."""


@dataclass
class Part:
    """One program: how it is started, and what it says when it is ready."""

    name: str
    command: Sequence[str]
    ready: str
    folder: Path
    env: Mapping[str, str] = field(default_factory=dict)
    # Before it has said that it is ready it may give up and be started again, as in a cluster.
    may_give_up: bool = True
    # What it says when it ends by itself and may: a hub whose place another one has taken.
    may_end: str = ""
    say: Callable[[str], None] = lambda text: None
    process: asyncio.subprocess.Process | None = None
    starts: int = 0
    is_up: asyncio.Event = field(default_factory=asyncio.Event)
    _killed: bool = False
    _down: float = 0.0
    _task: asyncio.Task[None] | None = None

    @property
    def log(self) -> Path:
        """All that it has said, over all its starts."""
        return self.folder / f"{self.name}.log"

    @property
    def pid(self) -> int:
        """Of the process that runs now; ViolationError where there is none."""
        if self.process is None or self.process.returncode is not None:
            raise ViolationError(f"{self.name} does not run")
        return self.process.pid

    @property
    def is_running(self) -> bool:
        """Whether there is a process."""
        return self.process is not None and self.process.returncode is None

    async def start(self, complain: Callable[[ViolationError], None]) -> None:
        """Begin, and return once it is ready; what goes wrong later is told to `complain`."""
        self._down = time.monotonic()
        self._task = asyncio.create_task(self._supervise(complain))
        up = asyncio.create_task(self.is_up.wait())
        await asyncio.wait({up, self._task}, return_when=asyncio.FIRST_COMPLETED)
        up.cancel()

    async def stop(self) -> None:
        """SIGTERM and time to clean up; SIGKILL after that."""
        self._killed = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self.process is None or self.process.returncode is not None:
            return
        self.process.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), STOP_SECONDS)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()

    def kill(self, spared: Callable[[psutil.Process], bool] = lambda process: True) -> None:
        """SIGKILL to it and to those of its descendants that are not `spared`."""
        if not self.is_running:
            return
        self._killed = True
        self.is_up.clear()
        family = psutil.Process(self.pid).children(recursive=True)
        os.kill(self.pid, signal.SIGKILL)
        for process in family:
            if not spared(process):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()

    def write(self, line: str) -> None:
        """A line to its standard input; lost if it does not run, as what is in no file is."""
        if self.is_running and self.process is not None and self.process.stdin is not None:
            with contextlib.suppress(ConnectionError):
                self.process.stdin.write(line.encode() + b"\n")

    async def _supervise(self, complain: Callable[[ViolationError], None]) -> None:
        try:
            while True:
                await self._run_once()
                await asyncio.sleep(PAUSE_SECONDS)
        except ViolationError as error:
            complain(error)

    async def _run_once(self) -> None:
        """Start it and wait for its end, which somebody must have asked for."""
        self._killed, self.starts = False, self.starts + 1
        with self.log.open("ab") as log:
            begin = log.tell()
            self.process = await self._spawn(log.fileno())
        following = asyncio.create_task(self._find_ready(begin))
        try:
            code = await self._wait_up(following)
            if code is None:
                self.is_up.set()
                self.say(f"{self.name} is up after {time.monotonic() - self._down:.1f} s")
                code = await self.process.wait()
                self._down = time.monotonic()
                if not (self._killed or (self.may_end and self.may_end in self._tail())):
                    raise ViolationError(f"{self.name} ended by itself with {code}: {self._tail()}")
            elif not self._killed and not self.may_give_up:
                raise ViolationError(f"{self.name} did not start ({code}): {self._tail()}")
        finally:
            self.is_up.clear()
            following.cancel()
        if time.monotonic() - self._down > UP_SECONDS:
            raise ViolationError(f"{self.name} does not come up: {self._tail()}")

    async def _wait_up(self, following: asyncio.Task[None]) -> int | None:
        """None once it is ready, else with what code it ended."""
        assert self.process is not None
        ended = asyncio.create_task(self.process.wait())
        await asyncio.wait(
            {ended, following}, timeout=UP_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        if following.done():
            ended.cancel()
            return None
        if not ended.done():
            ended.cancel()
            message = f"{self.name} was not ready after {UP_SECONDS:.0f} s: {self._tail()}"
            raise ViolationError(message)
        return ended.result()

    async def _find_ready(self, start: int) -> None:
        """Return when the log says so from this place on."""
        with self.log.open("rb") as log:
            log.seek(start)
            text = b""
            while self.ready.encode() not in text:
                await asyncio.sleep(0.05)  # a file of another process tells of no news
                text = text[-1000:] + log.read()

    async def _spawn(self, log: int) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *self.command,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **self.env},
            cwd=self.folder,
            stdin=asyncio.subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=children.end_with_parent,
        )

    def _tail(self) -> str:
        return self.log.read_text(errors="replace")[-1500:]


def reap(pids: set[int]) -> None:
    """Wait for those of them that have ended."""
    for pid in pids:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


async def reap_orphans(known: Callable[[], set[int]]) -> None:
    """Wait for children that a killed part has left to us, as a container's first process does.

    One that has ended and that nobody waits for would look alive to the hub, which looks for the
    proxy that was there before it.
    """
    while True:
        reap(set(children.find_children()) - known())
        await asyncio.sleep(0.2)
