"""How large a shared terminal is, when browsers of several sizes look at it.

`sessions` asks after every resize, key press and departure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

COLUMNS = (2, 1000)
ROWS = (1, 500)


@dataclass(frozen=True)
class Size:
    """Columns and rows of a terminal."""

    cols: int = 80
    rows: int = 24


def make_size(cols: Any, rows: Any) -> Size | None:
    """Make a usable size of what a browser sent; None for what is no size at all."""
    if not all(isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in (cols, rows)):
        return None
    return Size(_clamp(cols, COLUMNS), _clamp(rows, ROWS))


def choose_size(sizes: Mapping[str, Size], policy: str, last_active: str | None) -> Size | None:
    """Choose the terminal's size among its viewers' (by viewer); None when none is known.

    Policy "smallest": everybody sees everything. "last": whoever typed or resized last.
    """
    if not sizes:
        return None
    if policy == "last":
        latest = last_active if last_active in sizes else list(sizes)[-1]
        return sizes[latest or ""]
    return Size(min(s.cols for s in sizes.values()), min(s.rows for s in sizes.values()))


def _clamp(value: int, bounds: tuple[int, int]) -> int:
    return max(bounds[0], min(bounds[1], value))
