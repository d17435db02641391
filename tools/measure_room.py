"""What a room of visitors takes of one machine: the table of docs/how-to/size-and-cost.md.

    PYTHONPATH=demo python tools/measure_room.py 1 10 30

For each number of sessions a demo is started, so many visitors come one after the other, each runs
a command in the shell, and memory and processor time of the parts are read (psutil). Memory is the
resident set: what the parts share on one machine is counted in each, as it is on many.
"""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import psutil

import serve
import visitor

MIB = 1024 * 1024
PARTS = {
    "hub": "jupyterhub -f",
    "proxy": "configurable-http-proxy",
    "culler": "workshop_culler",
    "session": "jupyterhub-butterfly",
}


def find_part(words: Iterable[str]) -> str:
    """Which part a command line is; empty for another."""
    line = " ".join(words)
    return next((part for part, text in PARTS.items() if text in line), "")


def read_parts(top: psutil.Process) -> dict[str, list[tuple[float, float]]]:
    """MiB and seconds of the processes of each part below this one."""
    found: dict[str, list[tuple[float, float]]] = {part: [] for part in PARTS}
    for process in top.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if part := find_part(process.cmdline()):
                times = process.cpu_times()
                memory = process.memory_info().rss / MIB
                found[part].append((memory, times.user + times.system))
    return found


async def come(url: str, stack: contextlib.AsyncExitStack) -> None:
    """One visitor, to an answer of their shell; who stays until the stack is closed."""
    guest = await stack.enter_async_context(visitor.Visitor.arrive(url))
    await guest.log_in()
    async for _ in guest.watch_start():
        pass
    await guest.open()
    terminal = await stack.enter_async_context(guest.terminal())
    await terminal.run("echo here")


async def measure(count: int) -> str:
    """A row of the table for so many sessions."""
    options = serve.parse_arguments(["--port", "0"])
    with tempfile.TemporaryDirectory(prefix="room-") as folder:
        async with serve.serve(options, Path(folder)) as (settings, _):
            top = psutil.Process()
            before = read_parts(top)
            async with contextlib.AsyncExitStack() as stack:
                for _ in range(count):
                    await come(settings["DEMO_URL"], stack)
                after = read_parts(top)
    hub = after["hub"][0]
    start = (hub[1] - before["hub"][0][1]) / count
    sessions = statistics.median(memory for memory, _ in after["session"])
    seconds = statistics.median(each for _, each in after["session"])
    memory = " | ".join(f"{after[part][0][0]:.0f} MiB" for part in ("hub", "proxy", "culler"))
    return f"| {count} | {memory} | {sessions:.0f} MiB | {start:.2f} s | {seconds:.2f} s |"


async def main(*words: str) -> None:
    """Print the table."""
    print("| sessions | hub | proxy | culler | a session | hub's CPU a start | session's CPU |")
    print("|---|---|---|---|---|---|---|")
    for word in words or ("10", "30"):
        print(await measure(int(word)), flush=True)


if __name__ == "__main__":
    serve.children.adopt_orphans()
    asyncio.run(main(*sys.argv[1:]))
