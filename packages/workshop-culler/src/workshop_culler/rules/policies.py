"""May this server or user go, and why? Pure verdicts over values; nothing here waits or asks.

`passes/sweep.py` calls the `judge_` functions with the time as a value, `service/clock.py` shows
the same ends to people. Cluster objects are judged in `orphans.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from workshop_culler.models import Action, Server, User, Verdict, keep
from workshop_culler.rules.limits import Limits


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
class Grant:
    """What is written down about a session's end.

    `until`: it was extended to then; `expires`: the end on its project, `first` the one it
    had there before any extension, `limit` the latest that extensions may give it.
    """

    until: datetime | None = None
    expires: datetime | None = None
    first: datetime | None = None
    limit: datetime | None = None


NO_GRANT = Grant()


def find_ends(server: Server, limits: Limits, grant: Grant = NO_GRANT) -> Ends:
    """When the rules end a server. An extension moves every end but that of a pending start."""
    if limits.exempt:
        return Ends()
    idle_from = server.last_activity or server.started
    idle = _later(idle_from, limits.idle) if not server.pending else None
    age = find_age_end(server, limits, grant)
    pending = _later(server.started, limits.pending) if server.pending else None
    return Ends(idle=_extend(idle, grant), age=_extend(age, grant), pending=pending)


def find_age_end(server: Server, limits: Limits, grant: Grant) -> datetime | None:
    """The end by age before any extension: of the limit or of the project, the earlier one."""
    fixed = grant.first or grant.expires
    return min((e for e in (_later(server.started, limits.age), fixed) if e), default=None)


def _later(start: datetime | None, seconds: float) -> datetime | None:
    return start + timedelta(seconds=seconds) if start and seconds else None


def _extend(end: datetime | None, grant: Grant) -> datetime | None:
    if not end or not grant.until:
        return end
    until = min(grant.until, grant.limit) if grant.limit else grant.until
    return max(end, until)


def judge_server(
    server: Server,
    limits: Limits,
    now: datetime,
    *,
    grant: Grant = NO_GRANT,
    idle_on_hold: bool = False,
) -> Verdict:
    """Stop or keep one active server, with the reason in words.

    `idle_on_hold` suspends the idle rule alone: after a start of ours or a jump of the
    clock, when sessions have not yet had the time to report what people do.
    """
    if server.pending == "stop":
        return keep("is stopping already")
    if limits.exempt:
        return keep(f"exempt by {limits.policy}")
    ends = find_ends(server, limits, grant)
    rule = _due_rule(ends, now, idle_on_hold=idle_on_hold)
    if rule:
        reason = f"{_due_reason(server, rule, now)} ({limits.policy})"
        return Verdict(Action.STOP, reason, rule, now)
    return keep(_keep_reason(server, limits, ends, now), ends.first)


def _due_rule(ends: Ends, now: datetime, *, idle_on_hold: bool) -> str:
    if ends.age and now >= ends.age:
        return "age"
    if ends.pending and now >= ends.pending:
        return "pending"
    if ends.idle and now >= ends.idle and not idle_on_hold:
        return "idle"
    return ""


def _due_reason(server: Server, rule: str, now: datetime) -> str:
    since = server.last_activity if rule == "idle" else server.started
    for_long = f" for {span(now - since)}" if since else ""
    words = {"age": "running", "pending": f"pending {server.pending}", "idle": "idle"}
    return f"{words[rule]}{for_long}"


def _keep_reason(server: Server, limits: Limits, ends: Ends, now: datetime) -> str:
    if ends.first is None:
        why = "no time is known" if not server.started else "no rule applies"
        return f"{why} ({limits.policy})"
    if now >= ends.first:
        return "idle, but the idle rule is on hold until sessions had time to report"
    return f"ends in {span(ends.first - now)} ({limits.policy})"


Hook = Callable[..., Any]


def judge_arbited(verdict: Verdict, answer: object) -> Verdict:
    """The verdict once the hook has answered: it decides idleness and nothing else."""
    if answer and not verdict.acts:
        return Verdict(Action.STOP, "the cull_arbiter_hook said so", "hook", verdict.due)
    if not answer and verdict.rule == "idle":
        return keep("the cull_arbiter_hook keeps it", verdict.due)
    return verdict


@dataclass(frozen=True, slots=True)
class UserRules:
    """When a user without any server is deleted; spans in seconds, 0 for never."""

    anonymous_group: str = ""
    anonymous: float = 0
    idle: float = 0
    age: float = 0
    admins: bool = True

    @property
    def any(self) -> bool:
        """Whether some rule can delete a user at all."""
        return bool(self.idle or self.age or (self.anonymous and self.anonymous_group))


def judge_user(user: User, rules: UserRules, now: datetime) -> Verdict:
    """Delete or keep one user. Never one with a server that runs, starts or stops."""
    if user.servers is None:
        return keep("the hub does not say whether it has servers (scope read:servers)")
    if user.servers:
        return keep("has a server")
    if user.admin and not rules.admins:
        return keep("is an admin")
    anonymous = bool(rules.anonymous_group) and rules.anonymous_group in user.groups
    since = user.last_activity or user.created
    quiet = rules.anonymous if anonymous and rules.anonymous else rules.idle
    ends = (_later(since, quiet), _later(user.created, rules.age))
    end = min((each for each in ends if each), default=None)
    if end is None:
        return keep("no time is known (scope read:users)" if not since else "no rule applies")
    if now < end:
        return keep(f"goes in {span(end - now)}", end)
    who = "anonymous, " if anonymous else ""
    rule = "anonymous" if anonymous else "user"
    return Verdict(Action.DELETE, f"{who}{_user_reason(user, quiet, now)}", rule, end)


def _user_reason(user: User, quiet: float, now: datetime) -> str:
    since = user.last_activity or user.created
    if since and quiet and now >= since + timedelta(seconds=quiet):
        return f"no session, quiet for {span(now - since)}"
    return f"no session, {span(now - user.created)} old" if user.created else "no session"


def span(delta: timedelta) -> str:
    """A time span in words people read at a glance: 42s, 5m10s, 3h05m, 2d04h."""
    seconds = max(int(delta.total_seconds()), 0)
    minutes, s = divmod(seconds, 60)
    hours, m = divmod(minutes, 60)
    days, h = divmod(hours, 24)
    if days:
        return f"{days}d{h:02}h"
    if hours:
        return f"{h}h{m:02}m"
    return f"{m}m{s:02}s" if minutes else f"{s}s"
