"""The base class of every page: behind the gate, with its security headers.

The terminal's own pages and those of extensions subclass `PageHandler`; `extensions` re-exports it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tornado import web

from jupyterhub_butterfly import auth, error_pages

# What a page may load, by default: its own origin. Styles may be inline, as Butterfly's client
# writes colours into style attributes.
DEFAULT_CSP: dict[str, str] = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}


def render_csp(directives: dict[str, str]) -> str:
    """Render directives as the value of a Content-Security-Policy header."""
    return "; ".join(f"{name} {value}".strip() for name, value in directives.items())


def is_page_view(method: str, headers: Mapping[str, str]) -> bool:
    """Tell whether a person looks at a page (and may be sent to a login), not a script or socket.

    A browser says so by Sec-Fetch-Mode; where it does not (plain http), a GET that accepts HTML is
    one.
    """
    if method not in {"GET", "HEAD"} or headers.get("Upgrade", "").lower() == "websocket":
        return False
    mode = headers.get("Sec-Fetch-Mode", "")
    if mode:
        return mode == "navigate"
    accept = headers.get("Accept", "*/*")
    return "text/html" in accept or "*/*" in accept


class PageHandler(error_pages.LogsNoQuery, web.RequestHandler):
    """A page behind the gate.

    When a subclass's `get`, `post`, ... runs, the visitor has been let in: `self.visitor` says who.
    A request that changes something (any but GET, HEAD, OPTIONS) has also shown the page's
    `xsrf_token`. Subclasses that override `prepare` must await `super().prepare()` first.
    """

    visitor: auth.Visitor

    @property
    def gate(self) -> auth.Gate:
        """The way in that this server is configured with."""
        return self.settings["gate"]

    @property
    def prefix(self) -> str:
        """The path of this server, from "/" to "/", for example "/user/ada/"."""
        return self.settings["prefix"]

    @property
    def is_guest(self) -> bool:
        """Whether the visitor is somebody else than the person whose session this is.

        What the session's person has made must not act for a guest: without subdomains it has the
        origin of the hub, and of the guest's own server.
        """
        hub = self.settings.get("hub")
        return bool(hub and hub.user and self.visitor.name != hub.user)

    @property
    def xsrf_token(self) -> bytes:
        """The token for forms (`_xsrf`) and scripts (header `X-XSRFToken`) of this visitor."""
        return self.gate.xsrf_token(self)

    def check_xsrf_cookie(self) -> None:
        """Hold a changing request against the visitor's token; called by tornado or the gate."""
        try:
            self.gate.check_xsrf(self)
        except auth.RefusedError as refusal:
            raise web.HTTPError(403, str(refusal)) from refusal

    def content_security_policy(self) -> dict[str, str]:
        """Return the directives of this page; extend the returned copy in a subclass."""
        ancestors = self.settings.get("frame_ancestors", "'self'")
        return {**DEFAULT_CSP, "frame-ancestors": ancestors}

    def set_default_headers(self) -> None:
        """Send the policy with every answer, errors included."""
        self.set_header("Content-Security-Policy", render_csp(self.content_security_policy()))
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("Cache-Control", "no-store")

    async def prepare(self) -> None:
        """Let the visitor in, send them to the login, or refuse."""
        try:
            visitor = await self.gate.admit(self)
            if visitor is not None:
                self.visitor = visitor
                self.current_user = visitor.name
                if self.request.method not in {"GET", "HEAD", "OPTIONS"} and not visitor.by_token:
                    self.check_xsrf_cookie()
                return
        except auth.RefusedError as refusal:
            raise web.HTTPError(403, str(refusal)) from refusal
        except auth.UnansweredError as trouble:
            raise web.HTTPError(503, str(trouble)) from trouble
        if not is_page_view(self.request.method or "", self.request.headers):
            raise web.HTTPError(403, "You are not logged in. Reload the page to log in again.")
        try:
            await self.gate.begin_login(self)
        except auth.UnansweredError as trouble:
            raise web.HTTPError(503, str(trouble)) from trouble

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Show an error as a small page with a sentence, never a stack trace."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        sentence = error.log_message if isinstance(error, web.HTTPError) else None
        self.finish(error_pages.render_page(status_code, sentence or self._reason, self.prefix))


class StaticFiles(PageHandler, web.StaticFileHandler):
    """A folder of files behind the gate: `Route(r"x/static/(.*)", StaticFiles, {"path": folder})`.

    Scripts, styles and pictures of a page load from it. Fonts and script modules are fetched in
    another way, without the page's token, and the hub refuses that: do without them.
    """

    async def get(self, path: str, include_body: bool = True) -> None:
        """Serve a file; a name that no file can have is not found."""
        if "\0" in path:
            raise web.HTTPError(404)
        await super().get(path, include_body)
