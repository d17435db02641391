"""The page that lists a folder of the home."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from jupyterhub_butterfly import rendering
from jupyterhub_butterfly.rules import filepaths


@dataclass(frozen=True)
class Row:
    """A line of the list as the template shows it: without an address where none can name it."""

    kind: str
    name: str
    href: str
    size: str
    changed: str


def render_folder(
    prefix: str,
    parts: Sequence[str],
    entries: Sequence[filepaths.Entry],
    *,
    more: bool,
    config: dict[str, Any],
    version: str,
) -> str:
    """Render the list: where we are, what is in it, and the way up and down."""
    base = f"{prefix}files/home/"
    path = filepaths.quote_path(parts)
    here = base + (f"{path}/" if parts else "")
    shown = {**config, "folder": "/".join(parts), "place": filepaths.format_path(parts)}
    return rendering.render(
        "folder.html",
        title=_printable(f"Files in {filepaths.format_path(parts)}"),
        config=json.dumps(shown),
        static=f"{prefix}static/terminal/",
        version=version,
        terminal=f"{prefix}terminal/",
        crumbs=_make_crumbs(base, parts),
        rows=[make_row(here, entry) for entry in entries],
        more=more,
        archive=f"{prefix}files/archive/{path}",
    )


def make_row(here: str, entry: filepaths.Entry) -> Row:
    """Make the line of a file or folder that lies at the address `here`."""
    href = here + filepaths.quote_path([entry.name]) if _is_text(entry.name) else ""
    changed = datetime.fromtimestamp(entry.modified, UTC)
    return Row(
        kind=entry.kind if href else "other",
        name=_printable(entry.name),
        href=href,
        size=filepaths.format_size(entry.size),
        changed=f"{changed:%Y-%m-%d %H:%M}",
    )


def _make_crumbs(base: str, parts: Sequence[str]) -> list[tuple[str, str]]:
    """Make (name, address) of the home and each folder on the way."""
    ways = [(name, f"{base}{filepaths.quote_path(parts[:n])}/") for n, name in enumerate(parts, 1)]
    return [("~", base), *((_printable(name), href) for name, href in ways)]


def _is_text(name: str) -> bool:
    """Tell whether a URL can name it: not where its bytes are no UTF-8."""
    return name.isprintable() or not any("\udc80" <= c <= "\udcff" for c in name)


def _printable(name: str) -> str:
    return name.encode("utf-8", "replace").decode()
