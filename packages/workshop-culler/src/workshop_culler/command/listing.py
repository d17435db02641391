"""What is printed of sessions: pages of a table as they come, or lines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from workshop_culler.command.rules import tables
from workshop_kube.rules.times import find_time

if TYPE_CHECKING:
    from workshop_culler.command.client import Model


def sort_hands(
    pages: Iterable[tuple[list[Model], datetime]],
) -> tuple[list[Model], datetime]:
    """Those who have raised a hand, first come first, as one page."""
    found, now = [], datetime.now(UTC)
    for rows, told in pages:
        found += rows
        now = told
    return sorted(found, key=lambda row: int(row["hand"].get("number") or 0)), now


def read_now(text: str) -> datetime:
    """The time that the service told."""
    return find_time(text) or datetime.now(UTC)


def write_tables(pages: Iterable[tuple[list[Model], datetime]]) -> None:
    """Each page as it comes; the columns are as wide as the first ones are."""
    widths: list[int] = []
    for rows, now in pages:
        cells = [tables.make_cells(row, now) for row in rows]
        if not cells:
            continue
        head = [] if widths else [tables.SESSION_HEAD]
        widths = tables.measure_columns([*head, *cells], widths)
        write_lines(f"{line}\n" for line in tables.render_rows([*head, *cells], widths))
    if not widths:
        click.echo("Nobody is here.", err=True)


def write_lines(lines: Iterable[str]) -> None:
    """Print lines as they come."""
    for line in lines:
        click.echo(line, nl=False)
