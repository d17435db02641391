"""Imported by the hub under measurement: who holds its loop for how long.

Each callback of the loop is timed; those above `LEAST` become a line of LOAD_HOLDS: when (seconds
of the machine's monotonic clock), how long, of that the CPU's, and of that Python's garbage
collector's. What other processes take of a busy machine is in the first, and not in the others.
"""

from __future__ import annotations

import asyncio.events
import gc
import json
import time
from pathlib import Path
from typing import Any

LEAST = 0.005


def install(path: Path) -> None:
    """Time every callback of this process's loops from now on."""
    told = path.open("a", buffering=1)
    run = asyncio.events.Handle._run
    collected = [0.0]

    def note_collection(phase: str, _info: dict[str, int]) -> None:
        collected[0] += time.thread_time() * (1 if phase == "stop" else -1)

    def timed(handle: asyncio.events.Handle) -> Any:
        cpu, wall, before = time.thread_time(), time.perf_counter(), collected[0]
        try:
            return run(handle)
        finally:
            took = time.perf_counter() - wall
            if took > LEAST:
                line = [time.monotonic(), took, time.thread_time() - cpu, collected[0] - before]
                told.write(json.dumps(line) + "\n")

    gc.callbacks.append(note_collection)
    asyncio.events.Handle._run = timed  # type: ignore[assignment,method-assign]
