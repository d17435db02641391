"""Is there a place for one more session, and who waits before whom?"""

from __future__ import annotations

from dataclasses import dataclass, field

# Seconds after which somebody who no longer asks has left the queue.
PATIENCE = 60.0
# Seconds after which the waiting page asks again.
ASK_AGAIN = 10


@dataclass(frozen=True)
class QueueVerdict:
    """Come in, or the place in the queue (1 is next)."""

    place: int = 0

    @property
    def enters(self) -> bool:
        """Whether the session may start now."""
        return self.place == 0


@dataclass
class Queue:
    """Who waits, in the order in which they came, and when each asked last."""

    waiting: dict[str, float] = field(default_factory=dict)

    def enter_or_wait(self, name: str, active: int, limit: int, now: float) -> QueueVerdict:
        """Let `name` in, or queue it up; `limit` 0 is none.

        Free places belong to those who wait longest. Whoever has not asked for a minute has left.
        """
        self.waiting = {who: asked for who, asked in self.waiting.items() if now - asked < PATIENCE}
        if not limit:
            return QueueVerdict()
        order = list(self.waiting)
        place = order.index(name) if name in self.waiting else len(order)
        if place < limit - active:
            self.waiting.pop(name, None)
            return QueueVerdict()
        self.waiting[name] = now
        return QueueVerdict(place + 1)


def render_full(limit: int, place: int) -> str:
    """What who waits reads."""
    taken = "The only place is taken" if limit == 1 else f"All {limit} places are taken"
    before = "you are next" if place == 1 else f"{place - 1} before you"
    return f"{taken}; {before} (number {place} in the queue)."
