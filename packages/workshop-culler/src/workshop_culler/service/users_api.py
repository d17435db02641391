"""`api/users`: who is known to the hub, for a backup of the list."""

from __future__ import annotations

from typing import Any

from tornado.web import HTTPError

from workshop_culler.rules import permissions, times
from workshop_culler.rules.models import User
from workshop_culler.service.base_handlers import ApiHandler

NO_SCOPE = "To list users takes the scope custom:workshop:instruct, or list:users, for everybody"


class Users(ApiHandler):
    """`GET users`: all users of the hub, by name."""

    async def get(self) -> None:
        """Tell them; the hub is asked page by page."""
        if not permissions.may_list_users(self.who):
            raise HTTPError(403, reason=NO_SCOPE)
        found: dict[str, User] = {}
        # Who starts a server between the two is in both, and in the answer once.
        for state in ("inactive", "active"):
            users = await self.session_service.hub.list_users(state)
            found |= {user.name: user for user in users}
        now = times.render_time(self.session_service.now)
        self.answer({"now": now, "users": [render_user(found[name]) for name in sorted(found)]})


def render_user(user: User) -> dict[str, Any]:
    """A user as JSON; `created` is null where the culler may not read it (read:users)."""
    return {
        "name": user.name,
        "admin": user.admin,
        "groups": sorted(user.groups),
        "created": times.render_time(user.created),
        "last_activity": times.render_time(user.last_activity),
    }
