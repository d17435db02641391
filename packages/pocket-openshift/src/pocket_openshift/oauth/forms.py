"""The handlers of what a person fills in: login, approval, logout.

`app` lists them; the pages are made in `pages`.
"""

from __future__ import annotations

import math
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from pocket_openshift.access import scope_names
from pocket_openshift.oauth import handlers, pages
from pocket_openshift.oauth.rules import authorize_rules, redirects, tokens


class Login(handlers.Handler):
    """/login: asks for name and password, then goes to `then`, a page of this server."""

    async def get(self) -> web.Response:
        """The form."""
        query = self.parameters()
        then = query.get("then", "")
        if not redirects.stays_here(then):
            return handlers.go("/")
        return self._ask(then, query.get("reason", ""))

    def _ask(self, then: str, reason: str = "", name: str = "", status: int = 200) -> web.Response:
        client = self.oauth.registry.client(_client_of(then))
        named = client.name if client else ""
        page = pages.Login(then, self.csrf(), named, reason, name)
        return handlers.show(pages.render_login(page), status)

    async def post(self) -> web.Response:
        """The form comes back."""
        form = await self.form()
        then, name = form.get("then", ""), form.get("username", "").strip()
        if not redirects.stays_here(then):
            return handlers.go("/")
        if not self.is_own_form(form.get("csrf", "")):
            return self._ask(then, "token_expired", name, 403)
        if not name:
            return self._ask(then, "user_required", status=401)
        return await self._log_in(name, form.get("password", ""), then)

    async def _log_in(self, name: str, password: str, then: str) -> web.Response:
        login = await self.oauth.log_in(name, password)
        if login.person is not None:
            self.start_session(login.person)
            return handlers.go(then)
        page = self._ask(then, login.reason, name, 429 if login.wait else 401)
        if login.wait:
            page.headers["Retry-After"] = str(math.ceil(login.wait))
        return page


def _client_of(then: str) -> str:
    """Which client a login page is for, to name it."""
    values = parse_qs(urlsplit(then).query).get("client_id", [""])
    return values[0]


class Approve(handlers.Handler):
    """/oauth/authorize/approve: ask a person whether a client may have what it asks for.

    The person is logged in.
    """

    async def get(self) -> web.Response:
        """The form."""
        query = self.parameters()
        then = redirects.resume(self.request.path, query.get("then", ""))
        person = self.person()
        if then is None:
            return _fail("This page was opened without a login that it belongs to.")
        return handlers.go(then) if person is None else self._ask(person, query)

    def _ask(self, person: tokens.TokenUser, query: dict[str, str]) -> web.Response:
        client = self.oauth.registry.client(query.get("client_id", ""))
        asked, redirect = scope_names.split(query.get("scope", "")), query.get("redirect_uri", "")
        wrong = authorize_rules.problem_with_approval(client, asked, redirect)
        if wrong or client is None:
            return _fail(wrong or "")
        page = pages.Approval(
            user=person.name,
            client=client.name,
            asked=asked,
            already=self.oauth.registry.approved(person, client.name),
            redirect=redirect,
            then=query["then"],
            csrf=self.csrf(),
        )
        return handlers.show(pages.render_approval(page))

    async def post(self) -> web.Response:
        """The form comes back."""
        form, person = await self.form(), self.person()
        then = redirects.resume(self.request.path, form.get("then", ""))
        if not self.is_own_form(form.get("csrf", "")):
            text = "This page was open for too long. Go back to the application and try again."
            return _fail(text, 403)
        if then is None:
            return _fail("This page was opened without a login that it belongs to.")
        if person is None:
            return handlers.go(then)
        if form.get("user_name") != person.name:
            return _fail("Another user has logged in since this page was opened.", 403)
        return await self._approve(person, form, then)

    async def _approve(
        self, person: tokens.TokenUser, form: dict[str, str], then: str
    ) -> web.Response:
        given = tuple((await self.fields()).get("scope", ()))
        if "approve" not in form or not given:
            return handlers.go(_with(then, error=authorize_rules.ACCESS_DENIED))
        client = self.oauth.registry.client(form.get("client_id", ""))
        wrong = authorize_rules.problem_with_approval(client, given, form.get("redirect_uri", ""))
        if wrong or client is None:
            return _fail(wrong or "")
        self.oauth.registry.approve(person, client.name, given)
        return handlers.go(_with(then, scope=scope_names.join(given)))


def _fail(text: str, status: int = 400) -> web.Response:
    return handlers.show(pages.render_message("Cannot authorize", text), status)


def _with(then: str, **more: str) -> str:
    return redirects.with_query(then, more)


class Logout(handlers.Handler):
    """/logout: ends the session at this server; tokens that were given out stay."""

    async def post(self) -> web.Response:
        """Log out, and go to `then` if it is a page of this server."""
        self.end_session()
        then = (await self.form()).get("then", "")
        if redirects.stays_here(then):
            return handlers.go(then)
        return handlers.show(pages.render_message("Logged out", "You can close this page."))
