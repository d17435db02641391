"""Which faults a run plays, and when: drawn from a seed, the same for the same seed.

Pure: nothing here knows a process or a clock. A step's `choice` is a number below 1 by which
whoever plays the step picks among what there is then (a session, a verb, a sign).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

Thing = TypeVar("Thing")
How = Literal["leave", "close"]
Ends = Literal["nothing", "one session", "all sessions"]
# The quiet before the next fault begins, in seconds: faults may overlap, as in life.
SHORTEST_GAP = 3.0
LONGEST_GAP = 7.0
# Between two visitors, and how long each wants to stay once they are in.
SHORTEST_BREAK, LONGEST_BREAK = 2.0, 6.0
SHORTEST_STAY, LONGEST_STAY = 15.0, 60.0
# One in four closes the tab, of which nobody is told: the culler finds them idle.
CLOSING = 0.25


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault: for how many seconds, and whose sessions it may end."""

    name: str
    shortest: float
    longest: float
    ends: Ends
    says: str


KINDS = (
    Kind("kill_hub", 0, 0, "nothing", "SIGKILL to the hub with its proxy and its culler"),
    Kind("kill_hub_alone", 0, 0, "nothing", "SIGKILL to the hub and its culler; the proxy lives"),
    Kind("kill_culler", 0, 0, "nothing", "SIGKILL to the culler"),
    Kind("kill_proxy", 0, 0, "nothing", "SIGKILL to the proxy"),
    Kind("kill_node", 0, 0, "all sessions", "SIGKILL to the node agent: its pods end with it"),
    Kind("kill_api", 0, 0, "nothing", "SIGKILL to the API server; it comes back with its data"),
    Kind("cut_database", 0, 0, "nothing", "every connection to the hub's database is cut"),
    Kind("stop_database", 2, 6, "nothing", "the hub's database is away, or locked"),
    Kind("api_429", 3, 8, "nothing", "the API says 429 to the hub, with Retry-After"),
    Kind("api_500", 3, 8, "nothing", "the API says 500 to the hub"),
    Kind("api_timeout", 3, 8, "nothing", "the API is silent for five seconds, then cuts"),
    Kind("api_drop_after", 3, 8, "nothing", "the API commits what the hub asks for, then cuts"),
    Kind("api_silent_watch", 8, 15, "nothing", "watches that the hub begins hear nothing"),
    Kind("delete_pod", 0, 0, "one session", "a session's pod is deleted by hand"),
    Kind("delete_project", 0, 0, "one session", "a session's project is deleted by hand"),
    Kind("stop_oauth", 4, 10, "nothing", "the OAuth server cuts every connection"),
    Kind("fill_quota", 4, 10, "nothing", "a quota of the hub's namespace lets no pod in"),
    Kind("slow_disk", 2, 5, "nothing", "the database or the API server stands still (SIGSTOP)"),
    Kind("clock_jump", 6, 12, "nothing", "the clock of hub and culler is wrong, then right again"),
    Kind("second_hub", 15, 30, "nothing", "a second hub of the same name comes, and goes"),
)
NAMES = tuple(kind.name for kind in KINDS)


@dataclass(frozen=True, slots=True)
class Step:
    """One fault: `at` seconds after the first visitor may come, for `seconds` (0: at once)."""

    at: float
    kind: Kind
    seconds: float
    choice: float


@dataclass(frozen=True, slots=True)
class Arrival:
    """A visitor: when they come, for how many seconds they want to stay, and how they go."""

    at: float
    seconds: float
    how: How


def problem_with_kinds(names: Sequence[str]) -> str | None:
    """Why these cannot be the kinds of a run, or None."""
    if not names:
        return "a run needs at least one kind of fault"
    unknown = [name for name in names if name not in NAMES]
    if not unknown:
        return None
    return f"no such fault: {', '.join(unknown)}; there are {', '.join(NAMES)}"


def pick_kinds(names: Sequence[str]) -> tuple[Kind, ...]:
    """The kinds of these names, in the order of the table; all of them for no names."""
    return tuple(kind for kind in KINDS if not names or kind.name in names)


def draw_schedule(seed: int, seconds: float, kinds: Sequence[Kind] = KINDS) -> tuple[Step, ...]:
    """The steps of a run whose faults begin within so many seconds.

    Kinds are dealt as cards are: each comes once before one of them comes again.
    """
    dice = random.Random(seed)
    steps, at = [], dice.uniform(SHORTEST_GAP, LONGEST_GAP)
    for kind in deal(dice, kinds):
        if at >= seconds:
            break
        steps.append(Step(round(at, 2), kind, draw_seconds(dice, kind), dice.random()))
        at += dice.uniform(SHORTEST_GAP, LONGEST_GAP)
    return tuple(steps)


def draw_arrivals(seed: int, seconds: float) -> tuple[Arrival, ...]:
    """Who comes within so many seconds."""
    dice = random.Random(f"visitors of {seed}")
    arrivals, at = [], 0.0
    while at < seconds:
        stay = round(dice.uniform(SHORTEST_STAY, LONGEST_STAY), 2)
        how: How = "close" if dice.random() < CLOSING else "leave"
        arrivals.append(Arrival(round(at, 2), stay, how))
        at += dice.uniform(SHORTEST_BREAK, LONGEST_BREAK)
    return tuple(arrivals)


def deal(dice: random.Random, kinds: Sequence[Kind]) -> Iterator[Kind]:
    """The kinds, deck after deck, each deck shuffled."""
    while True:
        deck = list(kinds)
        dice.shuffle(deck)
        yield from deck


def draw_seconds(dice: random.Random, kind: Kind) -> float:
    """How long this one lasts."""
    return round(dice.uniform(kind.shortest, kind.longest), 2)


def render_step(step: Step) -> str:
    """A line of the schedule, as the run prints it."""
    lasts = f"for {step.seconds:.1f} s" if step.seconds else "at once"
    return f"{step.at:7.2f} s  {step.kind.name:<16} {lasts:<11} {step.kind.says}"


def pick(choice: float, things: Sequence[Thing]) -> Thing:
    """The one of `things` that a step's choice stands for."""
    return things[min(int(choice * len(things)), len(things) - 1)]
