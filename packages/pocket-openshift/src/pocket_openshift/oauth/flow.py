"""The handlers that clients use: a code at /oauth/authorize, a token at /oauth/token.

`app` lists them; the verdicts are made in `requests` and `exchanges`.
"""

from __future__ import annotations

import html
import math
import time
from urllib.parse import urlencode

from aiohttp import web

from pocket_openshift.access import scope_names
from pocket_openshift.oauth import handlers, pages, server
from pocket_openshift.oauth.rules import authorize_rules, clients, redirects, token_rules, tokens

CSRF_HEADER = "X-CSRF-Token"
_NO_CLIENT = authorize_rules.Refusal(authorize_rules.UNAUTHORIZED_CLIENT)


class Authorize(handlers.Handler):
    """/oauth/authorize: a client asks for a code.

    The browser comes back here after login and after approval.
    """

    async def get(self) -> web.Response:
        """Judge, log in if need be, ask if need be, then give the code."""
        request = authorize_rules.parse_authorize(self.parameters())
        client = self.oauth.registry.client(request.client_id)
        verdict = authorize_rules.decide_authorize(request, client)
        if isinstance(verdict, authorize_rules.Refusal) or client is None:
            refusal = verdict if isinstance(verdict, authorize_rules.Refusal) else _NO_CLIENT
            return handlers.refuse(refusal)
        person = self.person()
        if person is None:
            login = await self._log_in_by_password()
            if login.wait:
                page = pages.render_message("Wait", pages.REASONS["throttled"])
                return handlers.show(page, 429, {"Retry-After": str(math.ceil(login.wait))})
            person = login.person
        return self._ask_login(client) if person is None else self._grant(person, client, verdict)

    async def _log_in_by_password(self) -> server.LoginResult:
        """Who a Basic header says, if the password is right."""
        found = token_rules.parse_basic(self.request.headers.get("Authorization", ""))
        return await self.oauth.log_in(*found) if found else server.LoginResult()

    def _ask_login(self, client: clients.Client) -> web.Response:
        if not client.challenges:
            return go_with_link("/login?" + urlencode({"then": self.request.raw_path}))
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        if self.request.headers.get(CSRF_HEADER):
            headers["WWW-Authenticate"] = 'Basic realm="openshift"'
            return web.Response(status=401, headers=headers)
        warning = f"A non-empty {CSRF_HEADER} header is required to receive basic-auth challenges"
        headers["Warning"] = f'199 Origin "{warning}"'
        return web.Response(body=f'"{warning}"\n'.encode(), status=401, headers=headers)

    def _grant(
        self, person: tokens.TokenUser, client: clients.Client, request: authorize_rules.Authorize
    ) -> web.Response:
        approved = self.oauth.registry.approved(person, client.name)
        verdict = authorize_rules.decide_grant(request, client, approved)
        if isinstance(verdict, authorize_rules.Ask):
            return handlers.go(
                "authorize/approve?" + self._approval_query(client, request, verdict)
            )
        self.end_session()
        if isinstance(verdict, authorize_rules.Refusal):
            return handlers.refuse(verdict)
        code = self.oauth.registry.make_code(person, request, verdict.scopes)
        given = {"code": code, "state": request.state} if request.state else {"code": code}
        return handlers.go(redirects.with_query(request.redirect, given))

    def _approval_query(
        self, client: clients.Client, request: authorize_rules.Authorize, ask: authorize_rules.Ask
    ) -> str:
        return urlencode(
            {
                "client_id": client.name,
                "redirect_uri": request.redirect,
                "scope": scope_names.join(ask.scopes),
                "then": f"../authorize?{self.query}",
            }
        )


def go_with_link(location: str) -> web.Response:
    """A redirect with the small page for browsers that do not follow."""
    page = f'<a href="{html.escape(location)}">Found</a>.\n\n'
    return handlers.show(page, 302, {"Location": location})


class Token(handlers.Handler):
    """/oauth/token: a client exchanges a code for a token.

    POST only: a secret does not belong into a URL.
    """

    async def post(self) -> web.Response:
        """Judge, then exchange."""
        exchange = token_rules.parse_exchange(
            await self.form(), self.request.headers.get("Authorization", "")
        )
        refusal = token_rules.refuse_before_client(exchange)
        if refusal is not None:
            return handlers.refuse(refusal)
        client = self.oauth.registry.client(exchange.client_id)
        if client is None or not self.oauth.registry.knows_secret(client, exchange.secret):
            return handlers.refuse(_NO_CLIENT)
        kept = self.oauth.registry.code(exchange.code)
        code = tokens.parse_code(kept) if kept else None
        refusal = token_rules.refuse_exchange(exchange, client, code, time.time())
        if refusal is not None or kept is None:
            return handlers.refuse(refusal or _NO_CLIENT)
        return handlers.answer(self.oauth.registry.exchange(kept, client))

    async def get(self) -> web.Response:
        """Refused."""
        return handlers.refuse(authorize_rules.Refusal(authorize_rules.INVALID_REQUEST))
