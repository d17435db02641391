"""The handlers of what a person fills in: login, approval, logout.

`app` lists them; the pages are made in `pages`.
"""

from __future__ import annotations

import math
from urllib.parse import parse_qs, urlsplit

from pocket_openshift.access import scope_names
from pocket_openshift.oauth import handlers, pages
from pocket_openshift.oauth.rules import authorize_rules, redirects, tokens


class Login(handlers.Handler):
    """/login: asks for name and password, then goes to `then`, a page of this server."""

    def get(self) -> None:
        """The form."""
        query = self.parameters()
        then = query.get("then", "")
        if not redirects.stays_here(then):
            self.go("/")
            return
        self._ask(then, query.get("reason", ""))

    def _ask(self, then: str, reason: str = "", name: str = "", status: int = 200) -> None:
        client = self.oauth.registry.client(_client_of(then))
        named = client.name if client else ""
        page = pages.Login(then, self.csrf(), named, reason, name)
        self.show(pages.render_login(page), status)

    async def post(self) -> None:
        """The form comes back."""
        form = self.form()
        then, name = form.get("then", ""), form.get("username", "").strip()
        if not redirects.stays_here(then):
            self.go("/")
        elif not self.is_own_form(form.get("csrf", "")):
            self._ask(then, "token_expired", name, 403)
        elif not name:
            self._ask(then, "user_required", status=401)
        else:
            await self._log_in(name, form.get("password", ""), then)

    async def _log_in(self, name: str, password: str, then: str) -> None:
        login = await self.oauth.log_in(name, password)
        if login.person is not None:
            self.start_session(login.person)
            self.go(then)
            return
        if login.wait:
            self.set_header("Retry-After", str(math.ceil(login.wait)))
        self._ask(then, login.reason, name, 429 if login.wait else 401)


def _client_of(then: str) -> str:
    """Which client a login page is for, to name it."""
    values = parse_qs(urlsplit(then).query).get("client_id", [""])
    return values[0]


class Approve(handlers.Handler):
    """/oauth/authorize/approve: ask a person whether a client may have what it asks for.

    The person is logged in.
    """

    def get(self) -> None:
        """The form."""
        query = self.parameters()
        then = redirects.resume(self.request.path, query.get("then", ""))
        person = self.person()
        if then is None:
            self._fail("This page was opened without a login that it belongs to.")
        elif person is None:
            self.go(then)
        else:
            self._ask(person, query)

    def _fail(self, text: str, status: int = 400) -> None:
        self.show(pages.render_message("Cannot authorize", text), status)

    def _ask(self, person: tokens.Person, query: dict[str, str]) -> None:
        client = self.oauth.registry.client(query.get("client_id", ""))
        asked, redirect = scope_names.split(query.get("scope", "")), query.get("redirect_uri", "")
        wrong = authorize_rules.problem_with_approval(client, asked, redirect)
        if wrong or client is None:
            self._fail(wrong or "")
            return
        page = pages.Approval(
            user=person.name,
            client=client.name,
            asked=asked,
            already=self.oauth.registry.approved(person, client.name),
            redirect=redirect,
            then=query["then"],
            csrf=self.csrf(),
        )
        self.show(pages.render_approval(page))

    def post(self) -> None:
        """The form comes back."""
        form, person = self.form(), self.person()
        then = redirects.resume(self.request.path, form.get("then", ""))
        if not self.is_own_form(form.get("csrf", "")):
            self._fail(
                "This page was open for too long. Go back to the application and try again.", 403
            )
        elif then is None:
            self._fail("This page was opened without a login that it belongs to.")
        elif person is None:
            self.go(then)
        elif form.get("user_name") != person.name:
            self._fail("Another user has logged in since this page was opened.", 403)
        else:
            self._decide(person, form, then)

    def _decide(self, person: tokens.Person, form: dict[str, str], then: str) -> None:
        given = tuple(
            value.decode("utf-8", "replace")
            for value in self.request.body_arguments.get("scope", ())
        )
        if "approve" not in form or not given:
            self.go(_with(then, error=authorize_rules.ACCESS_DENIED))
            return
        client = self.oauth.registry.client(form.get("client_id", ""))
        wrong = authorize_rules.problem_with_approval(client, given, form.get("redirect_uri", ""))
        if wrong or client is None:
            self._fail(wrong or "")
            return
        self.oauth.registry.approve(person, client.name, given)
        self.go(_with(then, scope=scope_names.join(given)))


def _with(then: str, **more: str) -> str:
    return redirects.with_query(then, more)


class Logout(handlers.Handler):
    """/logout: ends the session at this server; tokens that were given out stay."""

    def post(self) -> None:
        """Log out, and go to `then` if it is a page of this server."""
        self.end_session()
        then = self.form().get("then", "")
        if redirects.stays_here(then):
            self.go(then)
        else:
            self.show(pages.render_message("Logged out", "You can close this page."))
