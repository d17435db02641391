"""What a container is doing, as plain values.

`containers.py` makes them, `statuses.py` renders them.
"""

from __future__ import annotations

import dataclasses
from datetime import datetime


@dataclasses.dataclass(frozen=True)
class Waiting:
    """Not running yet, or not at the moment; `reason` is one word of the kubelet's."""

    reason: str
    message: str = ""


@dataclasses.dataclass(frozen=True)
class Running:
    """Has a process."""

    started_at: datetime


@dataclasses.dataclass(frozen=True)
class Terminated:
    """Has ended. `exit_code` is 128 + n for a process ended by signal n."""

    exit_code: int
    reason: str
    started_at: datetime
    finished_at: datetime
    message: str = ""
    signal: int = 0
    container_id: str = ""


State = Waiting | Running | Terminated


@dataclasses.dataclass(frozen=True)
class View:
    """All that a pod's status says of one container."""

    name: str
    image: str
    state: State
    last: Terminated | None = None
    restarts: int = 0
    ready: bool = False
    started: bool = False
    container_id: str = ""
    sidecar: bool = False  # an init container with restartPolicy Always


def read_exit(
    code: int,
    *,
    started_at: datetime,
    finished_at: datetime,
    out_of_memory: bool = False,
    message: str = "",
    container_id: str = "",
) -> Terminated:
    """The end of a process. `code` is negative for a signal, as `Popen.returncode` is."""
    signal = -code if code < 0 else 0
    exit_code = 128 + signal if signal else code
    reason = "OOMKilled" if out_of_memory else "Completed" if exit_code == 0 else "Error"
    return Terminated(exit_code, reason, started_at, finished_at, message, signal, container_id)
