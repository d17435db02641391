"""Child processes of the demo: started, waited for by what they log, ended in reverse order."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

# The first start of all also compiles what it imports, and a laptop may be busy.
START_SECONDS = 180
STOP_SECONDS = 30
PIPE_SECONDS = 5
# How often one looks whether all parts are there.
LOOK_SECONDS = 0.5
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


class NotStartedError(Exception):
    """A part ended, or never said that it is ready; the message has the end of its log."""


class Log:
    """All that the children say, in one file, and on the screen where `show` says so."""

    def __init__(self, path: Path, *, show: bool) -> None:
        self._file = path.open("w")
        self._show = show

    def write(self, name: str, line: str) -> None:
        """Keep one line of the child `name`."""
        self._file.write(f"[{name}] {line}")
        self._file.flush()
        if self._show:
            sys.stderr.write(f"[{name}] {line}")

    def close(self) -> None:
        """Nothing more is said."""
        self._file.close()


def starter(
    stack: contextlib.AsyncExitStack, log: Log
) -> Callable[..., Awaitable[asyncio.subprocess.Process]]:
    """A function that starts a child, waits until it says `ready`, and has `stack` end it."""

    async def start(
        command: Sequence[str],
        *,
        what: str,
        ready: str,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> asyncio.subprocess.Process:
        name = Path(command[0]).name if "-m" not in command else command[command.index("-m") + 1]
        process = await asyncio.create_subprocess_exec(
            *command,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(env or {})},
            cwd=cwd,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            # Ctrl-C goes to us alone: we end the parts in order.
            start_new_session=True,
            preexec_fn=end_with_parent,
            limit=2**20,
        )
        is_ready = asyncio.Event()
        tail: list[str] = []
        reader = asyncio.create_task(read(process, name, log, ready, is_ready, tail))
        stack.push_async_callback(stop, process, reader, what)
        waiting = asyncio.create_task(is_ready.wait())
        await asyncio.wait(
            {waiting, reader}, timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        waiting.cancel()
        if not is_ready.is_set():
            how = "ended" if reader.done() else f"was not ready after {START_SECONDS} s"
            raise NotStartedError(f"{name} {how}. It said:\n{''.join(tail[-40:])}")
        return process

    return start


async def wait_for_end(parts: Mapping[str, asyncio.subprocess.Process]) -> str:
    """Which part ended first, in a sentence; none should while the demo is open."""
    while True:
        for name, process in parts.items():
            # Not wait(): it waits for the pipe, too, which what a part has started may hold.
            if (code := process.returncode) is not None:
                how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
                return f"{name[:1].upper()}{name[1:]} ended with {how}, which it should not."
        await asyncio.sleep(LOOK_SECONDS)


async def read(
    process: asyncio.subprocess.Process,
    name: str,
    log: Log,
    ready: str,
    is_ready: asyncio.Event,
    tail: list[str],
) -> None:
    """Log what a child says until it ends; set `is_ready` at the line that has `ready`."""
    while line := (await process.stdout.readline()).decode(errors="replace"):  # type: ignore[union-attr]
        log.write(name, line)
        if ready in line:
            is_ready.set()
        if not is_ready.is_set():
            tail.append(line)


async def stop(process: asyncio.subprocess.Process, reader: asyncio.Task[None], what: str) -> None:
    """SIGTERM, time to clean up, then SIGKILL to its whole group."""
    print(f"Ending {what} ...", flush=True)
    if process.returncode is None:
        process.terminate()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
    # The pipe is at its end once the last of the group has gone.
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(reader, PIPE_SECONDS)


def end_with_parent() -> None:
    """In the child: end when this program is killed outright (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def adopt_orphans() -> None:
    """Become the parent of grandchildren whose parent ends, so that none is lost (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def end_orphans() -> None:
    """Kill what is left of all that was started, when everything has been told to end.

    The children of one that is killed become ours: a wrapper goes first, what it ran next.
    """
    while left := find_children():
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def find_children() -> list[int]:
    """The process ids of our children, ended ones that nobody has waited for among them."""
    listings = Path("/proc/self/task").glob("*/children")
    return [int(pid) for listing in listings for pid in listing.read_text().split()]
