"""The handlers that clients use: a code at /oauth/authorize, a token at /oauth/token.

`app` lists them; the verdicts are made in `requests` and `exchanges`.
"""

from __future__ import annotations

import math
import time
from urllib.parse import urlencode

import tornado.escape

from pocket_openshift.access import scope_names
from pocket_openshift.oauth import handlers, pages
from pocket_openshift.oauth.rules import authorize_rules, clients, redirects, token_rules, tokens

CSRF_HEADER = "X-CSRF-Token"
_NO_CLIENT = authorize_rules.Refusal(authorize_rules.UNAUTHORIZED_CLIENT)


class Authorize(handlers.Handler):
    """/oauth/authorize: a client asks for a code.

    The browser comes back here after login and after approval.
    """

    async def get(self) -> None:
        """Judge, log in if need be, ask if need be, then give the code."""
        request = authorize_rules.parse_authorize(self.parameters())
        client = self.oauth.registry.client(request.client_id)
        verdict = authorize_rules.decide_authorize(request, client)
        if isinstance(verdict, authorize_rules.Refusal) or client is None:
            self.refuse(verdict if isinstance(verdict, authorize_rules.Refusal) else _NO_CLIENT)
            return
        person = self.person() or await self._by_password()
        if self._finished:
            return
        if person is None:
            self._ask_login(client)
        else:
            self._grant(person, client, verdict)

    async def _by_password(self) -> tokens.Person | None:
        """Who a Basic header says, if the password is right."""
        found = token_rules.parse_basic(self.request.headers.get("Authorization", ""))
        if found is None:
            return None
        login = await self.oauth.log_in(*found)
        if login.wait:
            self.set_header("Retry-After", str(math.ceil(login.wait)))
            self.show(pages.render_message("Wait", pages.REASONS["throttled"]), 429)
        return login.person

    def _ask_login(self, client: clients.Client) -> None:
        if not client.challenges:
            location = "/login?" + urlencode({"then": self.request.uri})
            self.go_with_link(location)
            return
        self.set_status(401)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        if self.request.headers.get(CSRF_HEADER):
            self.set_header("WWW-Authenticate", 'Basic realm="openshift"')
            self.finish()
            return
        warning = f"A non-empty {CSRF_HEADER} header is required to receive basic-auth challenges"
        self.set_header("Warning", f'199 Origin "{warning}"')
        self.finish(f'"{warning}"\n')

    def go_with_link(self, location: str) -> None:
        """A redirect with the small page for browsers that do not follow."""
        self.set_status(302)
        self.set_header("Location", location)
        self.set_header("Content-Type", pages.HEADERS["Content-Type"])
        self.finish(f'<a href="{tornado.escape.xhtml_escape(location)}">Found</a>.\n\n')

    def _grant(
        self, person: tokens.Person, client: clients.Client, request: authorize_rules.Authorize
    ) -> None:
        approved = self.oauth.registry.approved(person, client.name)
        verdict = authorize_rules.decide_grant(request, client, approved)
        if isinstance(verdict, authorize_rules.Ask):
            self.go("authorize/approve?" + self._approval_query(client, request, verdict))
            return
        self.end_session()
        if isinstance(verdict, authorize_rules.Refusal):
            self.refuse(verdict)
            return
        code = self.oauth.registry.make_code(person, request, verdict.scopes)
        answer = {"code": code, "state": request.state} if request.state else {"code": code}
        self.go(redirects.with_query(request.redirect, answer))

    def _approval_query(
        self, client: clients.Client, request: authorize_rules.Authorize, ask: authorize_rules.Ask
    ) -> str:
        return urlencode(
            {
                "client_id": client.name,
                "redirect_uri": request.redirect,
                "scope": scope_names.join(ask.scopes),
                "then": f"../authorize?{self.request.query}",
            }
        )


class Token(handlers.Handler):
    """/oauth/token: a client exchanges a code for a token.

    POST only: a secret does not belong into a URL.
    """

    async def post(self) -> None:
        """Judge, then exchange."""
        exchange = token_rules.parse_exchange(
            self.form(), self.request.headers.get("Authorization", "")
        )
        refusal = token_rules.refuse_before_client(exchange)
        if refusal is not None:
            self.refuse(refusal)
            return
        client = self.oauth.registry.client(exchange.client_id)
        if client is None or not self.oauth.registry.knows_secret(client, exchange.secret):
            self.refuse(_NO_CLIENT)
            return
        kept = self.oauth.registry.code(exchange.code)
        code = tokens.parse_code(kept) if kept else None
        refusal = token_rules.refuse_exchange(exchange, client, code, time.time())
        if refusal is not None or kept is None:
            self.refuse(refusal or _NO_CLIENT)
            return
        self.answer(self.oauth.registry.exchange(kept, client))

    def get(self) -> None:
        """Refused."""
        self.refuse(authorize_rules.Refusal(authorize_rules.INVALID_REQUEST))
