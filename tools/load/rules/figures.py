"""The arithmetic of figures: quantiles, shares, distributions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence


def find_quantile(values: Iterable[float], share: float) -> float:
    """The smallest value that at least `share` of them do not exceed (nearest rank).

    ValueError without values, or for a share outside of 0 to 1.
    """
    ordered = sorted(values)
    if not ordered:
        raise ValueError("there is no quantile of nothing")
    if not 0 <= share <= 1:
        raise ValueError(f"{share} is no share")
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def find_share(count: int, total: int) -> float:
    """A part of a whole; 1 where nothing was asked for."""
    return count / total if total else 1.0


def make_distribution(values: Iterable[float]) -> tuple[tuple[float, float], ...]:
    """Points (value, share of values up to it), rising, one for each different value."""
    ordered = sorted(values)
    points = {value: (rank + 1) / len(ordered) for rank, value in enumerate(ordered)}
    return tuple(points.items())


def make_ticks(highest: float, most: int = 6) -> tuple[float, ...]:
    """Round numbers from 0 to at least `highest`, at most so many, for an axis."""
    if not highest > 0 or math.isinf(highest):
        return (0.0, 1.0)
    rough = highest / (most - 1)
    scale = 10 ** math.floor(math.log10(rough))
    step = next(each * scale for each in (1, 2, 2.5, 5, 10, 20) if each * scale >= rough)
    return tuple(step * number for number in range(math.ceil(highest / step - 1e-9) + 1))


def has_returned(before: float, after: float, slack: float) -> bool:
    """Whether a measure is back where it was, but for a share of it."""
    return after <= before * (1 + slack)


def find_slope(points: Sequence[tuple[float, float]]) -> float:
    """By how much y grows for each x (least squares); 0 where x does not change."""
    if not points:
        return 0.0
    middle_x = sum(x for x, _ in points) / len(points)
    middle_y = sum(y for _, y in points) / len(points)
    spread = sum((x - middle_x) ** 2 for x, _ in points)
    both = sum((x - middle_x) * (y - middle_y) for x, y in points)
    return both / spread if spread else 0.0


def take_rise(points: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """The points up to the first of the highest x: before it falls again."""
    if not points:
        return ()
    highest = max(range(len(points)), key=lambda index: points[index][0])
    return tuple(points[: highest + 1])
