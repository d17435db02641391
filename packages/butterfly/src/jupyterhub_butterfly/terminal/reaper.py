"""Ended programs: their exit statuses are collected, and what does not end is killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterable
from pathlib import Path

FIRST_PAUSE = 0.01
LONGEST_PAUSE = 10.0
# A program that was told to end and still runs when the pauses have grown to this is killed.
KILL_PAUSE = 5.0


class Reaper:
    """Collects the statuses of this process's children, so that none stays a zombie."""

    def __init__(self) -> None:
        self.watched: set[int] = set()

    def find_status(self, pid: int) -> int | None:
        """Collect a child's exit status; None while it runs, 0 if somebody else collected it."""
        try:
            found, status = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            return 0
        return os.waitstatus_to_exitcode(status) if found else None

    def watch(self, pid: int, pause: float = FIRST_PAUSE) -> None:
        """Look at a program whose terminal is gone, with growing pauses, until it has ended."""
        if self.find_status(pid) is not None:
            self.watched.discard(pid)
            return
        self.watched.add(pid)
        if pause > KILL_PAUSE:
            _kill(pid)
        loop = asyncio.get_running_loop()
        loop.call_later(pause, self.watch, pid, min(pause * 2, LONGEST_PAUSE))

    async def wait(self, pids: Iterable[int], seconds: float) -> None:
        """Wait for programs that were told to end; kill those that do not in time."""
        left = set(pids)
        deadline = asyncio.get_running_loop().time() + seconds
        while left and asyncio.get_running_loop().time() < deadline:
            left = {pid for pid in left if self.find_status(pid) is None}
            if left:
                await asyncio.sleep(FIRST_PAUSE)
        for pid in left:
            _kill(pid)


class Orphans:
    """Collects what others have left: a container's first process is given all of them.

    Children of our own are collected at once by whoever started them. What has ended, and was there
    at the last look already, has nobody else.
    """

    def __init__(self) -> None:
        self._seen: frozenset[int] = frozenset()

    def sweep(self) -> None:
        """Collect those of the last look; to be called now and then, seconds apart."""
        ended = find_zombies()
        for pid in ended & self._seen:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        self._seen = ended


def find_zombies() -> frozenset[int]:
    """Children of this process that have ended and that nobody has asked for; Linux only."""
    own = os.getpid()
    try:
        children = Path(f"/proc/{own}/task/{own}/children").read_text().split()
    except OSError:
        return frozenset()
    return frozenset(int(pid) for pid in children if _is_zombie(pid))


def _is_zombie(pid: str) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return False
    return stat.rpartition(b")")[2].split()[:1] == [b"Z"]


def _kill(pid: int) -> None:
    with contextlib.suppress(OSError):
        os.killpg(pid, signal.SIGKILL)
