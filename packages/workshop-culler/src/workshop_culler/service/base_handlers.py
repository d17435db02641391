"""Who is it, and are they let in? The base of all handlers of the service.

Identity is the hub's (HubOAuth: cookies for pages, tokens for programs). Nobody passes by
default: each handler states what it asks of a person, and a service that was given no access
scopes is refused at start, as HubOAuth would then let everybody in.
"""

from __future__ import annotations

import json
from typing import Any

from jupyterhub.services.auth import HubOAuth, HubOAuthenticated
from tornado.web import HTTPError, RequestHandler

from workshop_culler.errors import ApiError, GoneError, StartError
from workshop_culler.rules import permissions
from workshop_culler.service.sessions import RefusedError, SessionService, TooOftenError

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
BODY_BYTES = 16 * 1024


def check_access(auth: HubOAuth) -> None:
    """Refuse to start when the hub did not say who may come in."""
    if not auth.access_scopes:
        raise StartError(
            "The hub gave this service no access scopes (JUPYTERHUB_OAUTH_ACCESS_SCOPES); "
            "without them anybody would be let in. Start it as a service of the hub."
        )


class BaseHandler(HubOAuthenticated, RequestHandler):
    """A handler that knows who asks. `person` is None for strangers."""

    person: permissions.TokenOwner | None = None

    def initialize(self, session_service: SessionService, auth: HubOAuth) -> None:
        """Take what the handlers work with."""
        self.session_service = session_service
        self.hub_auth = auth

    def set_default_headers(self) -> None:
        """Headers of every answer."""
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("Cache-Control", "no-store")

    async def prepare(self) -> None:
        """Ask the hub who it is, without blocking the loop; later uses are from its cache."""
        model = await self.hub_auth.get_user(self, sync=False)
        self.person = permissions.make_token_owner(model) if model else None


SEES_NOTHING = "This takes the scope read:servers or custom:workshop:assist"


class PageHandler(BaseHandler):
    """A page for people, from the templates; errors are pages too."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """A page that says what to do."""
        prefix = self.settings["prefix"]
        name = self.person.name if self.person else ""
        self.render("error.html", status=status_code, prefix=prefix, name=name)


class ApiHandler(BaseHandler):
    """JSON in, JSON out; strangers get 403 and no redirect."""

    async def prepare(self) -> None:
        """Let in only who the hub knows."""
        await super().prepare()
        if self.person is None:
            raise HTTPError(403, reason="Log in, or send your token in the Authorization header")

    @property
    def who(self) -> permissions.TokenOwner:
        """The person; there is one, or `prepare` had refused."""
        if self.person is None:
            raise HTTPError(403)
        return self.person

    def read_body(self) -> dict[str, Any]:
        """The JSON object that was sent; an empty body is an empty one."""
        if len(self.request.body) > BODY_BYTES:
            raise HTTPError(413, reason="The body is too long")
        try:
            body = json.loads(self.request.body or b"{}")
        except (ValueError, RecursionError) as error:
            raise HTTPError(400, reason="The body is not JSON") from error
        if not isinstance(body, dict):
            raise HTTPError(400, reason="The body must be a JSON object")
        return body

    def answer(self, body: object, status: int = 200) -> None:
        """Answer with JSON."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(body))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Errors as JSON, with a sentence for whoever asked."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        message = self._reason
        if isinstance(error, GoneError):
            status_code, message = 404, "There is no such session."
        elif isinstance(error, ApiError):
            status_code, message = 503, "The hub does not answer at the moment; try again."
        elif isinstance(error, RefusedError):
            status_code, message = 409, str(error)
        elif isinstance(error, TooOftenError):
            status_code, message = 429, str(error)
            self.set_header("Retry-After", "30")
        self.answer({"status": status_code, "message": message}, status_code)

    def log_exception(self, *exc_info: Any) -> None:
        """What was told to the person needs no traceback in the log."""
        if not isinstance(exc_info[1], GoneError | RefusedError | TooOftenError):
            super().log_exception(*exc_info)
