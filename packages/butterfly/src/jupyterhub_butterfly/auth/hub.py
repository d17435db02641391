"""Entry through JupyterHub: its OAuth login, its scopes. The gate of a server that a hub started.

JupyterHub's own client (`HubOAuth`) does the protocol. The first request that needs it imports it,
in a thread and without the parts that only a hub needs: see `hubclient`.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from tornado import httputil, web

from jupyterhub_butterfly import error_pages, process, settings
from jupyterhub_butterfly.auth import RefusedError, UnansweredError, Visitor
from jupyterhub_butterfly.hub import hubclient

if TYPE_CHECKING:
    from jupyterhub.services.auth import HubOAuth

log = logging.getLogger(__name__)
NO_HUB = (
    "The hub did not answer, so you could not be logged in. "
    "It may be starting: go to the terminal again in a moment."
)
NO_LOGIN = (
    "This login is over, or was begun in another browser. Go to the terminal to log in again."
)


class HubGate:
    """Lets in whom the hub knows and who holds one of the server's access scopes."""

    mode = "hub"

    def __init__(self, hub: settings.HubSettings) -> None:
        if not hub.access_scopes:
            raise settings.SettingsError(
                "A hub's gate without access scopes would admit everybody."
            )
        self.hub = hub
        self._client: HubOAuth | None = None
        self._loading = asyncio.Lock()

    async def start(self) -> None:
        """Import the hub's client, once, without holding up the event loop."""
        async with self._loading:
            if self._client is None:
                loop = asyncio.get_running_loop()
                self._client = await loop.run_in_executor(None, _make_client, self.hub)

    @property
    def client(self) -> HubOAuth:
        """The hub's client; only after `start`."""
        assert self._client is not None, "HubGate.start() was not awaited"  # noqa: S101 - a bug
        return self._client

    async def admit(self, handler: web.RequestHandler) -> Visitor | None:
        """Ask the hub (or the client's five-minute cache) who this is; see `auth.Gate`."""
        await self.start()
        try:
            model = await self.client.get_user(handler, sync=False)
        except web.HTTPError as error:
            raise UnansweredError(
                "The hub did not answer who you are. Try again in a moment."
            ) from error
        if model is None:
            if self.client.get_token(handler):
                await self._check_refusal()
            return None
        self._check_scopes(model)
        by_token = bool(getattr(handler, "_token_authenticated", False))
        return Visitor(model["name"], self._make_binding(handler, model), by_token)

    async def begin_login(self, handler: web.RequestHandler) -> None:
        """Send the visitor to the hub, with state and (hub 6) PKCE; they come back to this page."""
        await self.start()
        client, params = self.client, {}
        state: dict[str, Any] = {"next_url": handler.request.uri}
        if getattr(client, "pkce_enabled", False):  # JupyterHub 6
            verifier, challenge, method = client.generate_pkce_code_challenge()
            params = {"code_challenge": challenge, "code_challenge_method": method}
            state["code_verifier"] = verifier
        params["state"] = client.set_state_cookie(handler, **state)
        handler.redirect(httputil.url_concat(client.login_url, params))

    async def still_valid(self, handler: web.RequestHandler) -> bool:
        """Ask the hub afresh whether this socket's login still opens this server."""
        token = self.client.get_token(handler)
        if not token:
            return False
        session = self.client.get_session_id(handler)
        try:
            model = await self.client.user_for_token(
                token, use_cache=False, session_id=session, sync=False
            )
        except web.HTTPError as error:
            raise UnansweredError("The hub did not answer.") from error
        if model is None:
            await self._check_refusal()
            return False
        return bool(self.client.check_scopes(self.hub.access_scopes, model))

    async def _check_refusal(self) -> None:
        """Raise `UnansweredError` where the hub knows nobody because its database is away.

        JupyterHub takes that for an unknown token. A code that nobody was given is refused by a
        hub that has looked (4xx, which its client makes 500), and no hub can tell without (502).
        """
        try:
            await self.client.token_for_code("nobody's", sync=False)
        except web.HTTPError as error:
            if error.status_code == HTTPStatus.BAD_GATEWAY:
                raise UnansweredError(
                    "The hub cannot tell who you are just now. Try again in a moment."
                ) from error

    def xsrf_token(self, handler: web.RequestHandler) -> bytes:
        """Return the hub's own kind of token: signed, bound to login and browser session."""
        return web.RequestHandler.xsrf_token.fget(handler)  # type: ignore[attr-defined]

    def check_xsrf(self, handler: web.RequestHandler) -> None:
        """Apply the hub's rules; `admit` has already made `handler` known to its client."""
        try:
            self.client.check_xsrf_cookie(handler)
        except web.HTTPError as error:
            raise RefusedError("The page's token is missing or old. Reload the page.") from error

    def routes(self) -> list[tuple[str, type[web.RequestHandler], dict[str, Any]]]:
        """The callback of the login and the way out, both open by nature."""
        return [
            (r"oauth_callback", OAuthCallback, {"gate": self}),
            (r"logout", Logout, {"gate": self}),
        ]

    def _check_scopes(self, model: dict[str, Any]) -> None:
        if not self.client.check_scopes(self.hub.access_scopes, model):
            log.warning("Refused hub %s %s: no access scope", model.get("kind"), model.get("name"))
            raise RefusedError(
                f"You are logged in as {model.get('name')}, and this is not your terminal."
            )

    def _make_binding(self, handler: web.RequestHandler, model: dict[str, Any]) -> str:
        token = self.client.get_token(handler) or ""
        text = f"{self.client.get_session_id(handler)}:{token}:{model['name']}"
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


class OAuthCallback(web.RequestHandler):
    """The hub sends the browser back here with a code; see `HubOAuthCallbackHandler`."""

    def initialize(self, gate: HubGate) -> None:
        """Keep the gate."""
        self.gate = gate

    async def get(self) -> None:
        """Let JupyterHub's own handler finish the login, with our client."""
        await self.gate.start()
        self._auto_finish = False  # the other handler writes this answer
        handler = _make_callback_handler(self.gate.client)
        self.application.get_handler_delegate(self.request, handler).execute()


class Logout(web.RequestHandler):
    """Forgets the login here, closes this login's sockets, and goes on to the hub's logout."""

    def initialize(self, gate: HubGate) -> None:
        """Keep the gate."""
        self.gate = gate

    async def get(self) -> None:
        """Log out; nothing to do for somebody unknown."""
        try:
            visitor = await self.gate.admit(self)
        except (RefusedError, UnansweredError):
            visitor = None
        if visitor is not None:
            self.settings["sockets"].close_login(visitor.binding)
        self.gate.client.clear_cookie(self)
        hub = self.gate.hub
        self.redirect(f"{hub.hub_host}{hub.base_url}hub/logout")


def _make_client(hub: settings.HubSettings) -> HubOAuth:
    """Import and configure JupyterHub's client from the parsed settings, not from os.environ."""
    hubclient.load()
    from jupyterhub.services import auth

    class Client(auth.HubOAuth):
        def _get_token_url(self, handler: web.RequestHandler) -> str:
            """Accept no token in a URL, where logs and referrers would have it."""
            return ""

    client = Client(
        api_url=hub.api_url,
        api_token=hub.api_token,
        base_url=hub.prefix,
        hub_prefix=f"{hub.base_url}hub/",
        hub_host=hub.hub_host,
        oauth_client_id=hub.client_id,
        access_scopes=set(hub.access_scopes),
        keyfile=hub.keyfile,
        certfile=hub.certfile,
        client_ca=hub.client_ca,
    )
    if hub.callback_url:
        client.oauth_redirect_uri = hub.callback_url
    process.trim_memory()
    return client


def _make_callback_handler(client: HubOAuth) -> type[web.RequestHandler]:
    from jupyterhub.services import auth

    class Callback(error_pages.LogsNoQuery, auth.HubOAuthCallbackHandler):
        hub_auth = client

        async def prepare(self) -> None:
            """Identify without blocking, as `get` may look at `current_user`."""
            await client.get_user(self, sync=False)

        def write_error(self, status_code: int, **kwargs: Any) -> None:
            """Say what to do; not again, as the address holds a code that is good once."""
            # 500 and 502 are what the client says of a hub that is away.
            is_away = status_code >= 500
            self.set_status(503 if is_away else status_code)
            sentence = NO_HUB if is_away else NO_LOGIN
            home = self.settings["prefix"]
            self.finish(error_pages.render_page(self.get_status(), sentence, home, again=False))

    return Callback
