"""May this user be deleted, and why? Verdicts over values and a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from workshop_culler.rules.ends import later
from workshop_culler.rules.models import Action, CullVerdict, User, keep
from workshop_culler.rules.times import span


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


def decide_user(user: User, rules: UserRules, now: datetime) -> CullVerdict:
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
    ends = (later(since, quiet), later(user.created, rules.age))
    end = min((each for each in ends if each), default=None)
    if end is None:
        return keep("no time is known (scope read:users)" if not since else "no rule applies")
    if now < end:
        return keep(f"goes in {span(end - now)}", end)
    who = "anonymous, " if anonymous else ""
    rule = "anonymous" if anonymous else "user"
    return CullVerdict(Action.DELETE, f"{who}{_user_reason(user, quiet, now)}", rule, end)


def _user_reason(user: User, quiet: float, now: datetime) -> str:
    since = user.last_activity or user.created
    if since and quiet and now >= since + timedelta(seconds=quiet):
        return f"no session, quiet for {span(now - since)}"
    return f"no session, {span(now - user.created)} old" if user.created else "no session"
