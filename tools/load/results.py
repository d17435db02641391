"""What was measured, as plain values: made by `runs` and `costs`, shown by `report`."""

from __future__ import annotations

from dataclasses import dataclass

from load.rules.requests import Count


@dataclass(frozen=True)
class Run:
    """A crowd of one kind. Times are seconds, memory MiB.

    `prompts` are the seconds from click to prompt, of those who got there; `pages` those of a page
    of the hub that was asked for all the while; `held` the longest callbacks of the hub's loop, by
    the clock, by its processor time, and by Python's garbage collector in it. `cpu` is processor
    time by part. `path` is how many API requests of the hub's account there were from click to
    prompt, for visitors who came alone; `requests` are all of it. `memory` is (sessions alive, MiB
    of the hub). `gone` is how long after the last has left something of a session was there;
    `orphans` is what stayed.
    """

    kind: str
    visitors: int
    within: float
    prompts: tuple[float, ...]
    echoes: tuple[float, ...]
    pages: tuple[float, ...]
    held: tuple[float, float, float]
    cpu: tuple[tuple[str, float], ...]
    path: tuple[int, ...]
    requests: tuple[Count, ...]
    memory: tuple[tuple[float, float], ...]
    gone: float
    orphans: tuple[str, ...]
    troubles: tuple[str, ...]
    errors: tuple[str, ...]


@dataclass(frozen=True)
class Sequence:
    """Sessions one after the other, a few at once. `memory` is (sessions so far, MiB of the hub).

    `before` is the hub's memory once the first tenth had come and gone, `after` at the end.
    """

    visitors: int
    at_once: int
    seconds: float
    succeeded: int
    before: float
    after: float
    memory: tuple[tuple[float, float], ...]
    orphans: tuple[str, ...]
    troubles: tuple[str, ...]


@dataclass(frozen=True)
class Cost:
    """What one more costs where there are `number` of `what` already; see `figure`."""

    what: str
    number: int
    figure: str
    unit: str
    value: float


@dataclass(frozen=True)
class Results:
    """All of one run of the program; `None` and empty where a part was left out."""

    date: str
    machine: str
    versions: tuple[tuple[str, str], ...]
    command: str
    runs: tuple[Run, ...] = ()
    alive: Run | None = None
    sequence: Sequence | None = None
    costs: tuple[Cost, ...] = ()
    ready_seconds: float = 0.0
    seconds: float = 0.0
