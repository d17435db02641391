"""What the last whole list of servers lets us leave out of the next passes.

A server that the list had cannot be due before its ends say so, as activity only moves them
later; one that it had not cannot be due before the shortest limit has gone by. Until then a
pass needs to look only at the servers that may be due, one by one. Nothing depends on this:
without it (after a start) the whole list is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from workshop_culler.rules import ends
from workshop_culler.rules.limits import Limits, Policy
from workshop_culler.rules.models import Server

# One by one is cheaper than the list for no more servers than this.
MOST_SINGLE = 10


@dataclass(frozen=True, slots=True)
class Schedule:
    """Valid until `until`, by the hub's clock; `due` tells when each server may be."""

    until: datetime
    due: tuple[tuple[datetime, Server], ...]


def _list_limits(general: Limits, ordered: Iterable[Policy]) -> list[Limits]:
    return [general, *(replace(general, **dict(policy.changes)) for policy in ordered)]


def find_shortest(general: Limits, ordered: Iterable[Policy]) -> float:
    """The shortest limit that any server could have, in seconds; 0 if there is none at all."""
    every = _list_limits(general, ordered)
    spans = (span for each in every for span in (each.idle, each.age, each.pending))
    return min((span for span in spans if span), default=0)


def is_idle_only(general: Limits, ordered: Iterable[Policy]) -> bool:
    """Whether idleness alone can end a server: while it is on hold, nobody can be due."""
    return not any(each.age or each.pending for each in _list_limits(general, ordered))


def make_schedule(
    found: Iterable[tuple[Server, Limits]], shortest: float, now: datetime
) -> Schedule | None:
    """What to remember of a whole list, or None if it is not worth it."""
    if not shortest:
        return None
    due = ((find_due(server, limits), server) for server, limits in found)
    return Schedule(
        until=now + timedelta(seconds=shortest),
        due=tuple((time, server) for time, server in due if time),
    )


def renew(
    schedule: Schedule, suspects: Iterable[Server], fresh: Iterable[tuple[Server, Limits]]
) -> Schedule:
    """The schedule after suspects were looked at: they are as they are now, or not any more."""
    users = {server.user for server in suspects}
    rest = [entry for entry in schedule.due if entry[1].user not in users]
    again = ((find_due(server, limits), server) for server, limits in fresh)
    return replace(schedule, due=(*rest, *((time, server) for time, server in again if time)))


def forget(schedule: Schedule, server: Server) -> Schedule:
    """The schedule without a server that was stopped."""
    return replace(
        schedule, due=tuple(entry for entry in schedule.due if entry[1].key != server.key)
    )


def find_due(server: Server, limits: Limits) -> datetime | None:
    """The first moment at which a server could be due, whatever it is doing now.

    One that is starting now may be running then, so both are looked at; extensions are left out,
    as they only lengthen.
    """
    running = ends.find_ends(replace(server, pending=""), limits).first
    found = (running, ends.find_ends(server, limits).first)
    return min((end for end in found if end), default=None)


def find_suspects(schedule: Schedule | None, now: datetime) -> list[Server] | None:
    """The servers that a pass at this time must look at; None if it must read the whole list."""
    if schedule is None or now >= schedule.until:
        return None
    suspects = [server for time, server in schedule.due if time <= now]
    return suspects if len(suspects) <= MOST_SINGLE else None
