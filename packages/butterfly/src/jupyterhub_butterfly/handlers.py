"""The server's own pages: health, first page, terminal page, ticket, static files.

No policy here: `pages.PageHandler` lets in, `sessions` decides, `clients` renders.
"""

from __future__ import annotations

import json

from tornado import web

from . import __version__, clients, tickets
from .pages import PageHandler


class Health(web.RequestHandler):
    """`<prefix>api`: open, because the hub asks here whether the server is up, and its version."""

    def initialize(self, hub_version: str) -> None:
        """Keep JupyterHub's version."""
        self.hub_version = hub_version

    def get(self) -> None:
        """Answer with the version of JupyterHub that this server is made for."""
        if self.hub_version:
            self.set_header("X-JupyterHub-Version", self.hub_version)
        self.set_header("Cache-Control", "no-store")
        self.write({"version": self.hub_version})


class Home(PageHandler):
    """`<prefix>`: on to the extension's page or the first terminal."""

    def initialize(self, landing: str) -> None:
        """Keep where to go, below the prefix."""
        self.landing = landing

    def get(self) -> None:
        """Redirect; what is in the query is nobody's business."""
        self.redirect(self.prefix + self.landing)


class TerminalPage(PageHandler):
    """`<prefix>terminal/session/<name>`: a browser client on that session."""

    def get(self, name: str) -> None:
        """Render the page."""
        client = clients.choose_client(
            self.settings["client"], self.get_query_argument("client", None)
        )
        try:
            clients.check_client(client)
        except clients.ClientMissing as missing:
            raise web.HTTPError(501, str(missing)) from missing
        config = {
            "prefix": self.prefix,
            "session": name,
            "client": client,
            "ticket": tickets.make_ticket(self.settings["secret"], self.visitor.binding),
            "xsrf": self.xsrf_token.decode(),
            "home": self.settings["hub_home"],
            "menu": self.settings["menu"],
        }
        self.finish(clients.render_page(clients.Page(self.prefix, client, __version__, config)))


class Ticket(PageHandler):
    """`<prefix>terminal/ticket`: a fresh ticket for a page that lost its connection."""

    def get(self) -> None:
        """Answer with the ticket of this login."""
        ticket = tickets.make_ticket(self.settings["secret"], self.visitor.binding)
        self.finish(json.dumps({"ticket": ticket}))


class SessionList(PageHandler):
    """`<prefix>terminal/sessions`: names of the sessions, for pages that offer them."""

    def get(self) -> None:
        """List them as JSON."""
        found = [
            {"name": one.name, "viewers": one.viewers, "running": one.running}
            for one in self.settings["sessions"]
        ]
        self.finish({"sessions": found})


class StaticFiles(web.StaticFileHandler):
    """Scripts, styles and fonts of the clients: open, as browsers fetch fonts without a login."""

    def set_extra_headers(self, path: str) -> None:
        """Nothing here is to be taken for another type than it says."""
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")


class NotFound(web.RequestHandler):
    """What is no route at all: a plain 404, the same for everybody."""

    def prepare(self) -> None:
        """Refuse whatever the method."""
        raise web.HTTPError(404)

    def write_error(self, status_code: int, **kwargs: object) -> None:
        """A short text; nothing of the request is repeated."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish("There is nothing here.\n")
