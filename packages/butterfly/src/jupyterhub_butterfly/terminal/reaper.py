"""Ended programs: their exit statuses are collected, and what does not end is killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterable

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


def _kill(pid: int) -> None:
    with contextlib.suppress(OSError):
        os.killpg(pid, signal.SIGKILL)
