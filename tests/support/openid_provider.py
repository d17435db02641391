"""A small OpenID provider with the addresses of a realm of Keycloak, over TLS, for tests.

async with serve_realm(folder) as realm:
    realm.url, realm.ca_file; realm.people["ann"] = {"email": "ann@example.com"}

People log in by a form with their name; the client authenticates with its secret and PKCE (S256).
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import secrets
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import trustme
from aiohttp import BasicAuth, web

PATH = "/realms/workshop/protocol/openid-connect"
FORM = """<form method="post" action="{action}"><input name="username"></form>"""


@dataclass
class Realm:
    """Who has an account, and what was asked."""

    ca_file: Path
    client: str = "workshops"
    secret: str = "of-the-client"
    people: dict[str, dict[str, str]] = field(default_factory=dict)
    url: str = ""
    redirects: tuple[str, ...] = ()
    seen: list[str] = field(default_factory=list)
    _codes: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    _tokens: dict[str, str] = field(default_factory=dict)

    async def ask(self, request: web.Request) -> web.Response:
        """The page with the form."""
        self.seen.append("auth")
        assert request.query["client_id"] == self.client
        assert request.query["response_type"] == "code"
        assert not self.redirects or request.query["redirect_uri"] in self.redirects
        return web.Response(text=FORM.format(action=request.path_qs), content_type="text/html")

    async def log_in(self, request: web.Request) -> web.Response:
        """Whoever has an account is sent back with a code."""
        name = str((await request.post())["username"])
        if name not in self.people:
            return web.Response(status=403, text=f"Nobody is called {name}.")
        code = secrets.token_hex(8)
        self._codes[code] = (name, dict(request.query))
        back = {"code": code, "state": request.query["state"]}
        raise web.HTTPFound(f"{request.query['redirect_uri']}?{urlencode(back)}")

    async def exchange(self, request: web.Request) -> web.Response:
        """A token for a code, a verifier and the client's secret."""
        form = await request.post()
        name, asked = self._codes.pop(str(form["code"]))
        client, secret = form.get("client_id"), form.get("client_secret")
        if header := request.headers.get("Authorization", "").startswith("Basic"):
            login = BasicAuth.decode(request.headers["Authorization"])
            client, secret = login.login, login.password
        digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        proves = base64.urlsafe_b64encode(digest).decode().rstrip("=") == asked["code_challenge"]
        same = form["redirect_uri"] == asked["redirect_uri"]
        if (client, secret) != (self.client, self.secret) or not (proves and same):
            return web.json_response({"error": "invalid_client", "basic": header}, status=401)
        token = secrets.token_hex(16)
        self._tokens[token] = name
        body = {"access_token": token, "token_type": "Bearer", "expires_in": 300}
        return web.json_response({**body, "scope": asked.get("scope", "")})

    async def describe(self, request: web.Request) -> web.Response:
        """Who the token belongs to."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self._tokens:
            return web.Response(status=401)
        name = self._tokens[token]
        return web.json_response({"sub": name, "preferred_username": name, **self.people[name]})


def add_routes(app: web.Application, realm: Realm) -> None:
    """The addresses of a realm."""
    app.router.add_get(f"{PATH}/auth", realm.ask)
    app.router.add_post(f"{PATH}/auth", realm.log_in)
    app.router.add_post(f"{PATH}/token", realm.exchange)
    app.router.add_get(f"{PATH}/userinfo", realm.describe)


@contextlib.asynccontextmanager
async def serve_realm(folder: Path) -> AsyncIterator[Realm]:
    """The provider on a free port of loopback."""
    authority = trustme.CA()
    ca_file = folder / "provider-ca.crt"
    authority.cert_pem.write_to_path(str(ca_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    realm = Realm(ca_file)
    app = web.Application()
    add_routes(app, realm)
    runner = web.AppRunner(app, shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, "localhost", 0, ssl_context=context).start()
    realm.url = f"https://localhost:{runner.addresses[0][1]}/realms/workshop"
    try:
        yield realm
    finally:
        await runner.cleanup()
