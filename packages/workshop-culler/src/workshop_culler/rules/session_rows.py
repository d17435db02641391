"""The rows of the instructor's page, and what changed since the last look."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workshop_culler.rules import permissions, session_clock, session_reports, times
from workshop_culler.rules.guidance import hints
from workshop_culler.rules.guidance.hints import Hint
from workshop_culler.rules.models import Server
from workshop_culler.rules.session_reports import CountedTests, RaisedHand


@dataclass(frozen=True, slots=True)
class SessionReports:
    """What a session has told of itself, and was told.

    Its page of the notes ("" if none), since when it is there, whether it is stuck there; its
    tests, a raised hand; the latest hint.
    """

    page: str = ""
    tests: CountedTests | None = None
    hand: RaisedHand | None = None
    page_since: datetime | None = None
    is_stuck: bool = False
    hint: Hint | None = None


def make_id(server: Server) -> str:
    """What names a session on the page and in lists."""
    return f"{server.user}/{server.name}"


def make_row(
    server: Server,
    time: session_clock.Clock,
    person: permissions.TokenOwner,
    project: str,
    reports: SessionReports,
) -> dict[str, Any]:
    """One session as the page shows it, with what this person may do."""
    return {
        "id": make_id(server),
        "user": server.user,
        "server": server.name,
        "title": server.title,
        "groups": sorted(server.groups),
        "workshop": server.workshop,
        "details": list(server.details.values()) if permissions.may_know(person, server) else [],
        "state": make_state(server),
        "started": times.render_time(server.started),
        "last_activity": times.render_time(server.last_activity),
        "ends": times.render_time(time.ends),
        "warn_seconds": time.warn,
        "project": project,
        "page": reports.page,
        "page_since": times.render_time(reports.page_since),
        "stuck": reports.is_stuck,
        "tests": session_reports.render_tests(reports.tests),
        "hand": session_reports.render_hand(reports.hand),
        "hint": hints.render_hint(reports.hint),
        "url": server.model.get("url") or "",
        "may_open": permissions.covers(person.scopes, permissions.OWN, server),
        "may_extend": time.extend_to is not None and permissions.may_extend(person, server),
        "may_stop": permissions.may_stop(person, server) and server.pending != "stop",
        "may_help": permissions.may_help(person, server),
        "may_join": permissions.may_join(person, server) and server.ready,
        "may_lower_hand": permissions.may_lower_hand(person, server),
        "why_not": time.why_not,
    }


def make_state(server: Server) -> str:
    """The state in a word for people."""
    words = {"spawn": "starting", "stop": "stopping", "check": "checking"}
    if server.pending:
        return words.get(server.pending, server.pending)
    return "running" if server.ready else "not ready"


def find_changes(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[list[Any], list[str]]:
    """The rows that are new or changed, and the ids of those that are gone."""
    changed = [row for key, row in after.items() if before.get(key) != row]
    return changed, [key for key in before if key not in after]


def find_page(ids: Collection[str], after: str, most: int) -> tuple[list[str], str | None]:
    """The `most` ids that come after one, in their order; and the last of them if more follow."""
    rest = sorted(each for each in ids if each > after)
    page = rest[:most]
    return page, page[-1] if page and len(rest) > most else None
