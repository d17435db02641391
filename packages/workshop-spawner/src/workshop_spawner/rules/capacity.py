"""Is there a place for one more session, and who waits before whom?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

# Seconds after which somebody who no longer asks has left the queue.
PATIENCE = 60.0
# Seconds after which the waiting page asks again.
ASK_AGAIN = 10


@dataclass(frozen=True)
class QueueVerdict:
    """Come in, or the place in the queue (1 is next).

    `of_workshop` says that the workshop is full, and not the hub.
    """

    place: int = 0
    of_workshop: bool = False

    @property
    def enters(self) -> bool:
        """Whether the session may start now."""
        return self.place == 0


@dataclass
class Queue:
    """Who waits, in the order in which they came, when each asked last, and for which workshop."""

    waiting: dict[str, float] = field(default_factory=dict)
    wanted: dict[str, str] = field(default_factory=dict)

    def enter_or_wait(
        self,
        name: str,
        active: int,
        limit: int,
        now: float,
        *,
        workshop: str = "",
        free: Mapping[str, int] | None = None,
    ) -> QueueVerdict:
        """Let `name` in, or queue it up; `limit` 0 is none.

        Free places belong to those who wait longest. Whoever has not asked for a minute has left.
        `free` has the free places of each workshop that has a capacity; who waits for one that is
        full keeps nobody out of another.
        """
        self._forget_who_left(now)
        places = _Places(limit - active if limit else None, dict(free or {}))
        ahead = [who for who in self.waiting if who != name]
        if name in self.waiting:
            ahead = ahead[: list(self.waiting).index(name)]
        for who in ahead:
            places.keep(self.wanted[who])
        if places.has_one(workshop):
            self.waiting.pop(name, None)
            self.wanted.pop(name, None)
            return QueueVerdict()
        self.waiting[name], self.wanted[name] = now, workshop
        if not places.has_in(workshop):
            same = [who for who in ahead if self.wanted[who] == workshop]
            return QueueVerdict(len(same) + 1, of_workshop=True)
        return QueueVerdict(len(ahead) + 1)

    def _forget_who_left(self, now: float) -> None:
        self.waiting = {who: asked for who, asked in self.waiting.items() if now - asked < PATIENCE}
        self.wanted = {who: self.wanted.get(who, "") for who in self.waiting}


@dataclass
class _Places:
    """The places that are left, in all (None: any number) and of workshops that have a capacity."""

    in_all: int | None
    of_workshops: dict[str, int]

    def has_in(self, workshop: str) -> bool:
        """Whether the workshop itself has a place left."""
        return self.of_workshops.get(workshop, 1) > 0

    def has_one(self, workshop: str) -> bool:
        """Whether there is a place for somebody of this workshop."""
        return (self.in_all is None or self.in_all > 0) and self.has_in(workshop)

    def keep(self, workshop: str) -> None:
        """Keep a place for who came before, if there is one for them."""
        if not self.has_one(workshop):
            return
        if self.in_all is not None:
            self.in_all -= 1
        if workshop in self.of_workshops:
            self.of_workshops[workshop] -= 1


def count_free(capacities: Mapping[str, int], running: Iterable[str]) -> dict[str, int]:
    """The free places of each workshop with a capacity (0: none); `running` has one a session."""
    taken = Counter(running)
    return {name: most - taken[name] for name, most in capacities.items() if most}


def render_full(limit: int, place: int, title: str = "") -> str:
    """What who waits reads; `title` is that of a workshop that is full by itself."""
    of = f" of {title}" if title else ""
    taken = f"The only place{of} is taken" if limit == 1 else f"All {limit} places{of} are taken"
    before = "you are next" if place == 1 else f"{place - 1} before you"
    return f"{taken}; {before} (number {place} in the queue)."
