"""The way in for instructors without an account: a token of the hub, typed as a code.

Where all people of a hub are anonymous visitors, nobody could log in as an instructor. An admin
gives a service of the hub, with the role of instructors, an `api_token`; whoever types it is that
service here. The token is kept as the hub's own client keeps those of people: in a signed cookie.
"""

from __future__ import annotations

import asyncio

from tornado.web import HTTPError

from workshop_culler.rules import permissions
from workshop_culler.service.base_handlers import PageHandler

WRONG_SECONDS = 1.0
MOST_GUESSES = 5
LONGEST_CODE = 512
WRONG = "This code is not known, or it is not one for instructors."
BUSY = "Too many wrong codes are being tried. Wait a minute and try again."


class Guesses:
    """Slows guessing down: a wrong code takes its time, and only so many may at once."""

    def __init__(self, seconds: float = WRONG_SECONDS) -> None:
        self.seconds = seconds
        self.now = 0

    @property
    def too_many(self) -> bool:
        """Whether no further one is looked at now."""
        return self.now >= MOST_GUESSES

    async def take_time(self) -> None:
        """Let a wrong guess wait for its answer."""
        self.now += 1
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.now -= 1


class Login(PageHandler):
    """`GET login`: a form for the code; `POST login` with `token`: in, or why not."""

    @property
    def guesses(self) -> Guesses:
        """Those of the whole service."""
        guesses: Guesses = self.settings["guesses"]
        return guesses

    def get(self) -> None:
        """Show the form."""
        self.show()

    async def post(self) -> None:
        """Let in whom the code lets in."""
        self.check_xsrf_cookie()
        code = self.get_body_argument("token", "").strip()
        if self.guesses.too_many:
            self.show(BUSY, 429)
        elif await self.is_good(code):
            self.hub_auth.set_cookie(self, code)
            self.redirect(self.settings["prefix"])
        else:
            await self.guesses.take_time()
            self.show(WRONG, 403)

    async def is_good(self, code: str) -> bool:
        """Whether it is a token of the hub with which one sees this page."""
        if not code or len(code) > LONGEST_CODE:
            return False
        model = await self.hub_auth.user_for_token(code, use_cache=False, sync=False)
        if not model or not self.hub_auth.check_scopes(self.hub_auth.access_scopes, model):
            return False
        return permissions.sees_anything(permissions.make_token_owner(model))

    def show(self, trouble: str = "", status: int = 200) -> None:
        """The form, perhaps with what was wrong."""
        self.set_status(status)
        self.render(
            "login.html",
            prefix=self.settings["prefix"],
            xsrf=self.xsrf_token.decode(),
            trouble=trouble,
        )


class Logout(PageHandler):
    """`POST logout`: forget the code in this browser."""

    def get(self) -> None:
        """Refuse: it takes a POST."""
        raise HTTPError(405)

    def post(self) -> None:
        """Forget it."""
        self.check_xsrf_cookie()
        self.hub_auth.clear_cookie(self)
        self.redirect(self.settings["prefix"] + "login")
