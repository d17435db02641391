"""What changed between two looks at a session, in words: the lines of `workshop watch`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workshop_culler.command.rules import tables

Row = Mapping[str, Any]


def describe_changes(before: Row | None, after: Row) -> list[str]:
    """A few words for each change that matters to somebody who watches; activity does not."""
    if before is None:
        return [f"is here ({after.get('state')})", *_tell_hand(None, after.get("hand"))]
    found = []
    if before.get("state") != after.get("state"):
        found.append(f"is {after.get('state')}")
    if before.get("page") != after.get("page") and after.get("page"):
        found.append(f"is at {after['page']}")
    if before.get("tests") != after.get("tests") and after.get("tests"):
        found.append(f"tests: {tables.tell_tests(after['tests'])}")
    return [*found, *_tell_hand(before.get("hand"), after.get("hand"))]


def _tell_hand(before: Row | None, after: Row | None) -> list[str]:
    if bool(before) == bool(after) and (not after or before == after):
        return []
    if not after:
        return ["lowered the hand"]
    return [f"raised a hand: {after.get('text') or 'needs help'}"]


def take_message(rows: dict[str, Row], message: Row) -> list[str]:
    """Bring `rows` (by id) up to date with a message of the service; lines for people."""
    lines = []
    gone = [str(each) for each in message.get("gone") or ()]
    fresh = {str(row["id"]): row for row in message.get("rows") or ()}
    if message.get("whole"):  # the connection was lost meanwhile: who is not named has gone
        gone += [key for key in rows if key not in fresh]
    for key in gone:
        if row := rows.pop(key, None):
            lines.append(f"{tables.name_session(row)} has gone")
    for key, row in fresh.items():
        changes = describe_changes(rows.get(key), row)
        lines += [f"{tables.name_session(row)} {change}" for change in changes]
        rows[key] = row
    return lines
