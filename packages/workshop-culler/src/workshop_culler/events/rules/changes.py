"""From two looks at the sessions to what happened between them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from workshop_culler.rules import session_reports

Key = tuple[str, str]
# What ends a session that nobody of us stopped: its user, an admin at the hub, or a crash.
OTHER = "other"


@dataclass(frozen=True, slots=True)
class SeenSession:
    """A session at a look, with what was told of it before; times are RFC 3339, "" for none.

    `hand` names the raised hand, `told` counts the events of this session, `finished` is whether
    it has been at the last page.
    """

    user: str
    server: str = ""
    started: str = ""
    ready: bool = False
    ends: str = ""
    warned: bool = False
    extended: str = ""
    page: str = ""
    passed: int = 0
    failed: int = 0
    hand: str = ""
    hand_text: str = ""
    finished: bool = False
    told: int = 0

    @property
    def key(self) -> Key:
        """What tells it from all other sessions of the hub at one time."""
        return (self.user, self.server)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a session; `time` is RFC 3339. The same one has the same `id`."""

    id: str
    kind: str
    time: str
    user: str
    server: str
    data: Mapping[str, str | int | None] = field(default_factory=dict)


Happening = tuple[str, dict[str, str | int | None]]
FindWhy = Callable[[SeenSession], str]


def find_events(
    before: Mapping[Key, SeenSession], now_seen: Iterable[SeenSession], time: str, why: FindWhy
) -> tuple[list[Event], dict[Key, SeenSession]]:
    """What happened since `before`, and what to remember. `why` tells why one has ended."""
    events: list[Event] = []
    after = {}
    seen = {each.key: each for each in now_seen}
    for key, old in before.items():
        if key not in seen or seen[key].started != old.started:
            ended: Happening = ("session.ended", {"why": why(old) or OTHER})
            events += _number(old, [ended], time)[0]
    for key, new in seen.items():
        old = before.get(key, SeenSession(*key))
        if old.started != new.started:
            old = SeenSession(*key, started=new.started)
        merged = _merge(old, new)
        found, after[key] = _number(merged, list(_compare(old, merged)), time)
        events += found
    return events, after


def _merge(old: SeenSession, new: SeenSession) -> SeenSession:
    """The new look; what a culler that restarted was not told again yet is as it was."""
    page = new.page or old.page
    knows_tests = bool(new.passed or new.failed)
    return replace(
        new,
        page=page,
        passed=new.passed if knows_tests else old.passed,
        failed=new.failed if knows_tests else old.failed,
        finished=old.finished or session_reports.is_last_page(page),
        ready=new.ready or old.ready,
        told=old.told,
    )


def _compare(old: SeenSession, new: SeenSession) -> Iterator[Happening]:
    if not old.told:
        yield "session.requested", {}
    if new.ready and not old.ready:
        yield "session.started", {"ends": new.ends or None}
    if new.page != old.page:
        yield "session.page", _describe_page(new.page)
    if new.passed > old.passed:
        yield "session.test-passed", {"passed": new.passed, "failed": new.failed}
    if new.hand and new.hand != old.hand:
        yield "session.hand-raised", {"text": new.hand_text}
    if new.extended > old.extended:
        yield "session.extended", {"until": new.extended}
    if new.warned and not old.warned:
        yield "session.warned", {"ends": new.ends or None}
    if new.finished and not old.finished:
        yield "workshop.finished", _describe_page(new.page)


def _describe_page(page: str) -> dict[str, str | int | None]:
    found = session_reports.PAGE.fullmatch(page)
    if not found:
        return {"page": page, "number": None, "of": None}
    return {"page": page, "number": int(found["number"]), "of": int(found["of"])}


def _number(
    session: SeenSession, happened: list[Happening], time: str
) -> tuple[list[Event], SeenSession]:
    """The events with their ids, and the session with their number."""
    events = []
    for kind, data in happened:
        session = replace(session, told=session.told + 1)
        at = session.started if kind == "session.requested" and session.started else time
        ident = make_id(session, kind)
        events.append(Event(ident, kind, at, session.user, session.server, data))
    return events, session


def make_id(session: SeenSession, kind: str) -> str:
    """The id of the latest event of a session: the same whenever it is made."""
    words = (session.user, session.server, session.started, str(session.told), kind)
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:32]
