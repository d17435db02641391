"""What an agent that was killed together with its shims may have left.

Shims end with their agent, so this finds something only if somebody killed those too. Needs /proc
(Linux).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import IO


class DataInUseError(Exception):
    """Another agent works in this data folder."""


def lock(data: Path) -> IO[str]:
    """Hold the data folder until the file is closed. DataInUseError when another agent does."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    data.chmod(0o700)
    stream = (data / "lock").open("w")
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        stream.close()
        message = f"another node agent works in {data}: give this one another folder with --data"
        raise DataInUseError(message) from error
    return stream


def find_processes(data: Path) -> Iterator[int]:
    """Processes whose environment names a pod's folder below `data`, as HOME and TMPDIR do."""
    mark = b"=" + os.fsencode(data.resolve() / "pods") + b"/"
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            environment = (entry / "environ").read_bytes()
            if int(entry.name) != os.getpid() and any(
                mark in word for word in environment.split(b"\0")
            ):
                yield int(entry.name)


def sweep(data: Path) -> int:
    """Kill such processes and remove their pods' folders, with the lock held; how many it were."""
    killed = 0
    for pid in list(find_processes(data)):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
            killed += 1
    shutil.rmtree(data / "pods", ignore_errors=True)
    return killed
