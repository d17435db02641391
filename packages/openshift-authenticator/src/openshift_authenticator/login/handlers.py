"""The pages of a login: there, back, out, and what is known about it.

Registered by authenticator.get_handlers below /hub/. Errors of this package become HTTP answers
here and nowhere else.
"""

from __future__ import annotations

import hmac
import html
import logging
from types import TracebackType
from typing import Any

from jupyterhub.handlers import BaseHandler
from oauthenticator.oauth2 import (
    STATE_COOKIE_NAME,
    OAuthCallbackHandler,
    OAuthLoginHandler,
    OAuthLogoutHandler,
    _deserialize_state,
)
from tornado import web

from openshift_authenticator import errors
from openshift_authenticator.cluster.rules import tokens
from openshift_authenticator.login import login_state
from openshift_authenticator.login.rules import login_record, redirects
from workshop_kube.openshift_login import cookies

log = logging.getLogger(__name__)

# Below the sentence of each error; all pages that show one are beside the hub's login page.
AGAIN = '<p><a class="btn btn-jupyter" id="again" href="login">Log in again</a></p>'


def make_http_error(error: errors.LoginError) -> web.HTTPError:
    """The web.HTTPError that shows a login error's sentence to a person."""
    problem = error.problem
    if error.http_status != 403:
        log.error("A login failed: %s", problem)
    hint = " The hub's log says what its admin has to run." if problem.command else ""
    return refuse(error.http_status, problem.sentence + hint)


def refuse(status: int, sentence: str) -> web.HTTPError:
    """A web.HTTPError with a short headline, so that JupyterHub's page does not say all twice."""
    reason = "Login refused" if status in (400, 403) else "Login not possible"
    return LoginHTTPError(status, sentence, reason=reason)


class LoginHTTPError(web.HTTPError):
    """An error whose sentence JupyterHub's page shows, with a button below it."""

    def __init__(self, status: int, sentence: str, *, reason: str) -> None:
        super().__init__(status, sentence, reason=reason)
        self.jupyterhub_message = sentence  # JupyterHub 5 would show the headline in its place
        self.jupyterhub_html_message = f"{html.escape(sentence)}</p>{AGAIN}<p>"


class LoginHandler(OAuthLoginHandler):
    """Sends the browser to the cluster's login page."""

    @property
    def _OAUTH_AUTHORIZE_URL(self) -> str:
        return self.authenticator.where.authorize

    _state = ""

    def _generate_state_id(self) -> str:
        self._state = login_state.make_state()
        return self._state

    def set_state_cookie(self, state_cookie_value: str) -> None:
        """Replaces the base's one cookie, which the next tab would overwrite, by one a login."""
        for name in cookies.find_surplus(STATE_COOKIE_NAME, self.cookies):
            self.clear_cookie(name, **_cookie_scope(self))
        self._set_cookie(
            cookies.make_cookie_name(STATE_COOKIE_NAME, self._state, self.authenticator.clock()),
            state_cookie_value,
            expires_days=cookies.LIFETIME_SECONDS / 86400,
            httponly=True,
            **_cookie_scope(self),
        )

    async def get(self) -> None:
        """Look where to go, then go."""
        try:
            await self.authenticator.prepare_login(self)
        except errors.LoginError as error:
            raise make_http_error(error) from None
        super().get()


class CallbackHandler(OAuthCallbackHandler):
    """Takes the browser back from the cluster's login page."""

    _state_cookie: str | None = None

    async def get(self) -> None:
        """Log in whoever comes with a state of this browser and a code."""
        try:
            await super().get()
        except errors.LoginError as error:
            raise make_http_error(error) from None

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Replaces tornado's, which logs the whole address, and the code is in it."""
        if isinstance(value, web.HTTPError):
            log.warning("%d %s: %s", value.status_code, self.request.path, value.log_message)
        else:
            log.error("Uncaught error at %s", self.request.path, exc_info=value)

    def get_state_cookie(self) -> str:
        """The browser's half of the state, no older than cookies.LIFETIME_SECONDS."""
        if self._state_cookie is None:
            state = login_state.read_state(self.get_argument("state", ""))
            name = cookies.find_cookie(STATE_COOKIE_NAME, state, self.cookies)
            days = cookies.LIFETIME_SECONDS / 86400
            cookie = self.get_secure_cookie(name, max_age_days=days)
            self._state_cookie = (cookie or b"").decode("utf8", "replace")
            if cookie:
                self.clear_cookie(name, **_cookie_scope(self))
        return self._state_cookie

    def get_verifier(self) -> str:
        """PKCE's verifier, out of the cookie."""
        found = _deserialize_state(self.get_state_cookie() or "e30=").get("code_verifier")
        if not isinstance(found, str) or not found:
            raise refuse(400, "This login was not begun in this browser. Log in again.")
        return found

    def check_error(self) -> None:
        """Explain a refusal in a sentence of our own: the address may hold anybody's words."""
        error = self.get_argument("error", "")
        if not error:
            return
        request = self.authenticator.make_request(self.authenticator.get_callback_url(self))
        problem = redirects.explain_error(
            error, self.get_argument("error_description", ""), request
        )
        log.warning("The cluster's login page answered %r: %s", error[:80], problem.code)
        statuses = {"access-denied": 403, "cluster-unavailable": 503}
        raise refuse(statuses.get(problem.code, 400), problem.sentence)

    def check_code(self) -> None:
        """Refuse a callback that brings nothing."""
        if not self.get_argument("code", ""):
            raise refuse(
                400, "The cluster's login page sent you back without a code. Log in again."
            )

    def check_state(self) -> None:
        """Refuse a callback that this browser did not ask for, or that was used before."""
        cookie = _deserialize_state(self.get_state_cookie() or "e30=")
        here, there = cookie.get("state_id"), login_state.read_state(self.get_argument("state", ""))
        if not here:
            raise refuse(
                400,
                "This login was not begun in this browser, or too long ago. Open the hub's address "
                "and log in again; if that does not help, allow its cookies.",
            )
        if not there or not hmac.compare_digest(here.encode(), there.encode()):
            raise refuse(400, "This login belongs to another browser. Log in again here.")
        if not self.authenticator.replay_cache.spend(here, self.authenticator.clock()):
            raise refuse(400, "This login was used before. Log in again.")


def _cookie_scope(handler: BaseHandler) -> dict[str, Any]:
    """Where the state's cookies are: with the hub, not with the servers behind it."""
    domain = handler.settings.get("cookie_options", {}).get("domain")
    return {"path": handler.hub.base_url, **({"domain": domain} if domain else {})}


class LogoutHandler(OAuthLogoutHandler):
    """Logs out of the hub and gives the cluster's token back.

    Not after a link on another site's page: a running session may be using the token, and whoever
    wrote the link is not who may end that.
    """

    async def handle_logout(self) -> None:
        """Called by JupyterHub once its own cookies are cleared."""
        await super().handle_logout()
        if self.request.headers.get("Sec-Fetch-Site") == "cross-site":
            log.info("A link of another site logged somebody out; their tokens are kept")
        elif self.current_user is not None:
            await self.authenticator.forget(self.current_user)


class StatusHandler(BaseHandler):
    """GET /hub/openshift-login: what is known about one's login, as JSON.

    An admin also sees what the self-check found.
    """

    @web.authenticated
    async def get(self) -> None:
        """Never shows a token."""
        user = self.current_user
        state = await user.get_auth_state() or {}
        status: dict[str, Any] = {
            "name": user.name,
            "uid": login_record.read_uid(state, getattr(user, "user_info", None)),
            "groups": sorted(group.name for group in user.groups),
            "token_expires": tokens.render_time(state.get("expires_at") or 0),
            "checked": tokens.render_time(state.get("checked_at") or 0),
        }
        if user.admin:
            status["hub"] = self.authenticator.render_status()
        self.set_header("Content-Type", "application/json")
        self.set_header("Cache-Control", "no-store")
        self.finish(status)
