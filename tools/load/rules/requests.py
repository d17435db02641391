"""API requests by verb and kind: differences, and rows for a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Count(NamedTuple):
    """So many requests of a verb about a kind."""

    verb: str
    resource: str
    number: int


def find_difference(before: Iterable[Count], after: Iterable[Count]) -> tuple[Count, ...]:
    """What was asked in between, most first."""
    earlier = {(verb, resource): number for verb, resource, number in before}
    grown = (
        Count(verb, resource, number - earlier.get((verb, resource), 0))
        for verb, resource, number in after
    )
    return tuple(sorted((count for count in grown if count.number), key=lambda c: -c.number))


def count_all(counts: Iterable[Count]) -> int:
    """The sum."""
    return sum(count.number for count in counts)


def leave_out_looks(counts: Iterable[Count]) -> tuple[Count, ...]:
    """Without what looks around: lists, watches, and the leases of who runs."""
    looks = {"list", "watch"}
    return tuple(c for c in counts if c.verb not in looks and c.resource != "leases")
