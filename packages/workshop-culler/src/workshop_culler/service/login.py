"""The way in for instructors without an account: a token of the hub, typed as a code.

Where all people of a hub are anonymous visitors, nobody could log in as an instructor. An admin
gives a service of the hub, with the role of instructors, an `api_token`; whoever types it is that
service here. The token is kept as the hub's own client keeps those of people: in a signed cookie.
"""

from __future__ import annotations

from tornado.web import HTTPError

from workshop_culler.rules import permissions, wrong_codes
from workshop_culler.service.base_handlers import PageHandler
from workshop_culler.service.code_checks import CodeChecks, TooManyError

LONGEST_CODE = 512
WRONG = "This code is not known, or it is not one for instructors."
BUSY = "Too many wrong codes come from your network. Wait a minute and try again."


class Login(PageHandler):
    """`GET login`: a form for the code; `POST login` with `token`: in, or why not."""

    @property
    def checks(self) -> CodeChecks:
        """Those of the whole service."""
        checks: CodeChecks = self.settings["code_checks"]
        return checks

    def find_address(self) -> str:
        """The network address that asks, as far as the client cannot choose it."""
        forwarded = self.request.headers.get("X-Forwarded-For", "")
        trusted = self.settings["trusted_proxies"]
        return wrong_codes.find_address(self.request.remote_ip or "", forwarded, trusted)

    def get(self) -> None:
        """Show the form."""
        self.show()

    async def post(self) -> None:
        """Let in whom the code lets in."""
        self.check_xsrf_cookie()
        code = self.get_body_argument("token", "").strip()
        try:
            is_good = await self.checks.check(code, self.find_address(), self.is_good)
        except TooManyError:
            self.set_header("Retry-After", "60")
            self.show(BUSY, 429)
            return
        if is_good:
            self.hub_auth.set_cookie(self, code)
            self.redirect(self.settings["prefix"])
        else:
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
