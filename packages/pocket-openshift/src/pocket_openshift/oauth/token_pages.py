"""The pages that give a person a token to paste into a shell: /oauth/token/request and display.

They are an OAuth client of this server themselves: log in, come back with a code, and only the
press of a button exchanges it and shows the token, once.
"""

from __future__ import annotations

import time
from urllib.parse import urlencode

from aiohttp import web

from pocket_openshift.access import scope_names
from pocket_openshift.oauth import handlers, pages
from pocket_openshift.oauth.rules import clients, token_rules, tokens

_EXPIRED = "This page was open for too long. Request another token."


class Request(handlers.Handler):
    """/oauth/token/request: begin."""

    async def get(self) -> web.Response:
        """Off to log in; the state ties the way back to this browser."""
        query = {
            "client_id": clients.BROWSER,
            "redirect_uri": f"{self.oauth.issuer}/oauth/token/display",
            "response_type": "code",
            "scope": scope_names.FULL,
            "state": self.csrf(),
        }
        return handlers.go("/oauth/authorize?" + urlencode(query))


class Display(handlers.Handler):
    """/oauth/token/display: the way back."""

    async def get(self) -> web.Response:
        """Ask once more, so that no link makes a token appear on a screen that others see."""
        query = self.parameters()
        if not self.is_own_form(query.get("state", "")) or not query.get("code"):
            return _fail(_EXPIRED)
        return handlers.show(pages.render_display(query["code"], self.csrf()))

    async def post(self) -> web.Response:
        """Exchange the code and show the token."""
        form = await self.form()
        if not self.is_own_form(form.get("csrf", "")):
            return _fail(_EXPIRED, 403)
        client = self.oauth.registry.client(clients.BROWSER)
        kept = self.oauth.registry.code(form.get("code", ""))
        code = tokens.parse_code(kept) if kept else None
        if client is None or kept is None or self._refused(client, code):
            return _fail("This token was shown already, or too much time went by. Request another.")
        answer = self.oauth.registry.exchange(kept, client)
        page = pages.Token(answer["access_token"], self.oauth.plane.settings.url)
        return handlers.show(pages.render_token(page))

    @staticmethod
    def _refused(client: clients.Client, code: token_rules.Code | None) -> bool:
        return (
            token_rules.refuse_exchange(token_rules.Exchange(), client, code, time.time())
            is not None
        )


def _fail(text: str, status: int = 400) -> web.Response:
    return handlers.show(pages.render_message("No token", text), status)
