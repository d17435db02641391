"""Rows of figures, ours beside a peer's: printed as a table, written as JSON.

Used by every `packages/*/benchmarks/bench_*.py`; the shape is DESIGN.md's
("Commands"): medians of paired runs, ratio turned so that under 1 is better.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One figure: `ours` and `peer` in `unit`; `higher_is_better` turns the ratio."""

    figure: str
    unit: str
    ours: float
    peer: float | None = None
    peer_name: str = ""
    higher_is_better: bool = False

    @property
    def ratio(self) -> float | None:
        """Ours against the peer's, under 1 is better for us; None without a peer."""
        top, bottom = (self.peer, self.ours) if self.higher_is_better else (self.ours, self.peer)
        return None if top is None or not bottom else top / bottom

    def as_json(self) -> dict[str, object]:
        """The row as DESIGN.md wants it in a JSON file."""
        row = asdict(self)
        del row["higher_is_better"]
        return row | {"ratio": self.ratio}


def median(values: Iterable[float]) -> float:
    """The median of paired runs; an empty list is a mistake of the caller."""
    return statistics.median(values)


def render_table(rows: Sequence[Row]) -> str:
    """A table for people: figure, ours, peer, ratio."""
    head = ("figure", "ours", "peer", "ratio")
    cells = [head, *(_cells(row) for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(head))]
    lines = ("  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) for line in cells)
    return "\n".join(line.rstrip() for line in lines)


def report(rows: Sequence[Row], json_path: str | None = None) -> None:
    """Print the table; write the rows to `json_path` where one is given."""
    print(render_table(rows))
    if json_path:
        Path(json_path).write_text(json.dumps([row.as_json() for row in rows], indent=2) + "\n")


def _cells(row: Row) -> tuple[str, str, str, str]:
    peer = "-" if row.peer is None else f"{row.peer:.4g} {row.unit} ({row.peer_name})"
    ratio = "-" if row.ratio is None else f"{row.ratio:.2f}"
    return row.figure, f"{row.ours:.4g} {row.unit}", peer, ratio
