"""When each rule ends a session, with what was written down of extensions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from workshop_culler.rules.limits import Limits
from workshop_culler.rules.models import Server


@dataclass(frozen=True, slots=True)
class Ends:
    """When each rule would end a server; None where that rule is off or cannot tell."""

    idle: datetime | None = None
    age: datetime | None = None
    pending: datetime | None = None

    @property
    def first(self) -> datetime | None:
        """The earliest of them."""
        return min((end for end in (self.idle, self.age, self.pending) if end), default=None)


@dataclass(frozen=True, slots=True)
class Extension:
    """What is written down about a session's end.

    `until`: it was extended to then; `expires`: the end on its project, `first` the one it
    had there before any extension, `limit` the latest that extensions may give it.
    """

    until: datetime | None = None
    expires: datetime | None = None
    first: datetime | None = None
    limit: datetime | None = None


NO_EXTENSION = Extension()


def find_ends(
    server: Server,
    limits: Limits,
    extension: Extension = NO_EXTENSION,
    idle_from: datetime | None = None,
) -> Ends:
    """When the rules end a server. An extension moves every end but that of a pending start.

    Until `idle_from` idleness ends nobody: the grace after a start or an outage.
    """
    if limits.exempt:
        return Ends()
    quiet_since = server.last_activity or server.started
    idle = later(quiet_since, limits.idle) if not server.pending else None
    age = find_age_end(server, limits, extension)
    pending = later(server.started, limits.pending) if server.pending else None
    idle = _extend(idle, extension)
    if idle and idle_from:
        idle = max(idle, idle_from)
    return Ends(idle=idle, age=_extend(age, extension), pending=pending)


def find_age_end(server: Server, limits: Limits, extension: Extension) -> datetime | None:
    """The end by age before any extension: of the limit or of the project, the earlier one."""
    fixed = extension.first or extension.expires
    return min((e for e in (later(server.started, limits.age), fixed) if e), default=None)


def later(start: datetime | None, seconds: float) -> datetime | None:
    """So many seconds after a moment; None where that is unknown or the span is off."""
    return start + timedelta(seconds=seconds) if start and seconds else None


def _extend(end: datetime | None, extension: Extension) -> datetime | None:
    if not end or not extension.until:
        return end
    until = min(extension.until, extension.limit) if extension.limit else extension.until
    return max(end, until)
