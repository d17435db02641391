"""Which panels the page has and how much room each gets: `templates/dashboard.html` draws it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

# Name of a layout -> the share in percent of each terminal, from top to bottom.
LAYOUTS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {"default": (100,), "split": (60, 40), "split/2": (50, 25, 25), "lower": (70, 30), "none": ()}
)
SMALLEST_SHARE = 15


@dataclass(frozen=True)
class Terminal:
    """One terminal: the `name` of its session, its address and its share of the height in %."""

    name: str
    url: str
    share: int


@dataclass(frozen=True)
class Panels:
    """The page's panels. `notes_share` is the width of the notes in %; 0 means no notes."""

    notes_share: int
    terminals: tuple[Terminal, ...]


def make_panels(layout: str, notes_share: int, prefix: str, *, has_notes: bool) -> Panels:
    """Lay out the page for the server at `prefix`; `layout` is a key of `LAYOUTS`.

    The notes take the whole width where there are no terminals, none where there are no notes.
    """
    shares = LAYOUTS[layout]
    terminals = tuple(
        Terminal(str(number), terminal_url(prefix, str(number)), share)
        for number, share in enumerate(shares, start=1)
    )
    width = min(max(notes_share, SMALLEST_SHARE), 100 - SMALLEST_SHARE)
    if not has_notes:
        return Panels(0, terminals)
    return Panels(width if terminals else 100, terminals)


def terminal_url(prefix: str, name: str) -> str:
    """Return the address of the terminal session `name` below the server's prefix."""
    return f"{prefix}terminal/session/{name}"
