"""Is there a place for one more session, and who waits before whom?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
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
        verdict = self.find_place(name, active, limit, now)
        if verdict.enters:
            self.waiting.pop(name, None)
        else:
            self.waiting[name] = now
        return verdict

    def find_place(self, name: str, active: int, limit: int, now: float) -> QueueVerdict:
        """Whether `name` would come in now, or which place it has; nobody moves by it."""
        self.waiting = {who: asked for who, asked in self.waiting.items() if now - asked < PATIENCE}
        order = list(self.waiting)
        place = order.index(name) if name in self.waiting else len(order)
        enters = not limit or place < limit - active
        return QueueVerdict(0 if enters else place + 1)


@dataclass(frozen=True)
class Cap:
    """At most `limit` (0: any number) sessions at once; `key` is empty for those of the hub.

    Else it is `workshop/NAME`, `profile/SLUG` or `group/NAME`; `title` is what people call it.
    """

    key: str = ""
    limit: int = 0
    title: str = ""


@dataclass(frozen=True)
class CapVerdict:
    """Come in, or which cap is full, and the place in its queue."""

    cap: Cap = Cap()
    place: int = 0

    @property
    def enters(self) -> bool:
        """Whether the session may start now."""
        return self.place == 0


@dataclass
class Queues:
    """A queue for each cap."""

    by_key: dict[str, Queue] = field(default_factory=dict)

    def enter_or_wait(self, name: str, active: Mapping[Cap, int], now: float) -> CapVerdict:
        """Let `name` in where every cap has a place for it, else queue it up at the full ones.

        `active` says how many each has. Whoever waits for one takes no place of another; where
        they waited there already they keep their turn.
        """
        asked = {cap.key for cap in active}
        for key, queue in self.by_key.items():
            if key not in asked:
                queue.waiting.pop(name, None)  # who has chosen something else waits no more
        pairs = [(cap, self.by_key.setdefault(cap.key, Queue())) for cap in active]
        found = [
            (cap, queue, queue.find_place(name, active[cap], cap.limit, now))
            for cap, queue in pairs
        ]
        full = [(cap, queue, verdict) for cap, queue, verdict in found if not verdict.enters]
        for _, queue, verdict in found:
            if not full:
                queue.waiting.pop(name, None)
            elif not verdict.enters or name in queue.waiting:
                queue.waiting[name] = now
        if not full:
            return CapVerdict()
        cap, _, verdict = max(full, key=lambda each: each[2].place)
        return CapVerdict(cap, verdict.place)


def list_caps(
    profile: str,
    groups: Iterable[str],
    profile_limits: Mapping[str, int],
    group_limits: Mapping[str, int],
) -> tuple[Cap, ...]:
    """The caps of a session of this profile, whose user is in these groups."""
    of_profile = [(f"profile/{profile}", profile_limits.get(profile, 0))]
    of_groups = [(f"group/{name}", group_limits.get(name, 0)) for name in sorted(set(groups))]
    return tuple(Cap(key, limit) for key, limit in (*of_profile, *of_groups) if limit)


def make_workshop_cap(name: str, title: str, limit: int) -> Cap:
    """The cap of a workshop, which its sessions count towards whether or not it has a limit."""
    return Cap(f"workshop/{name}", limit, title)


def list_keys(workshop: str, text: object) -> frozenset[str]:
    """The caps that a pod counts towards, by the label and the annotation that it has."""
    return read_keys(text) | ({f"workshop/{workshop}"} if workshop else frozenset())


def read_keys(text: object) -> frozenset[str]:
    """The caps that an annotation names; none where it cannot be read."""
    try:
        keys = json.loads(text) if isinstance(text, str) else []
    except ValueError:
        keys = []
    return frozenset(map(str, keys)) if isinstance(keys, list) else frozenset()


def render_full(cap: Cap, place: int) -> str:
    """What who waits reads."""
    kind, _, name = cap.key.partition("/")
    of = f" of {cap.title}" if cap.title else f" of the {kind} {name}" if cap.key else ""
    only = f"The only place{of} is taken"
    taken = only if cap.limit == 1 else f"All {cap.limit} places{of} are taken"
    before = "you are next" if place == 1 else f"{place - 1} before you"
    return f"{taken}; {before} (number {place} in the queue)."
