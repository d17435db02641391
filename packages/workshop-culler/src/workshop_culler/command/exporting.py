"""Lists of sessions and users as files: one that is replaced, or dated ones, the latest kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from workshop_culler.command.errors import CommandError
from workshop_culler.command.rules import backups, exports
from workshop_culler.files import replace_file

if TYPE_CHECKING:
    from workshop_culler.command.client import ServiceClient


def list_lines(client: ServiceClient, what: str, kind: str) -> Iterator[str]:
    """The lines of a file with all sessions or users; raises CommandError as they come."""
    columns: Sequence[str] = exports.COLUMNS
    if what == "users":
        users = client.ask("GET", "users").get("users") or ()
        records: Iterable[exports.Record] = map(exports.make_user_record, users)
        columns = exports.USER_COLUMNS
    else:
        records = (exports.make_record(row) for rows, _ in client.list_sessions() for row in rows)
    return exports.render_json(records) if kind == "json" else exports.render_csv(records, columns)


def write_dated(folder: Path, what: str, kind: str, keep: int, lines: Iterable[str]) -> None:
    """Write a file of now, whole or not at all; then those that are too many go."""
    write_file(folder / backups.make_name(what, kind, datetime.now(UTC)), lines)
    names = [each.name for each in folder.iterdir()]
    for name in backups.find_old(names, what, kind, keep):
        (folder / name).unlink(missing_ok=True)


def write_file(path: Path, lines: Iterable[str]) -> None:
    """Write a file so that an export that breaks off leaves the one before."""
    try:
        replace_file(path, lines)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
