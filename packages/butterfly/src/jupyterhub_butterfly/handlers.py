"""The server's own pages: health, first page, terminal page, ticket, static files.

No policy here: `base_handlers.PageHandler` lets in, `sessions` decides, `clients` renders.
"""

from __future__ import annotations

import json
import random
from dataclasses import asdict

from tornado import web

from jupyterhub_butterfly import __version__, base_handlers, clients, error_pages
from jupyterhub_butterfly.base_handlers import PageHandler
from jupyterhub_butterfly.hub import culler_client
from jupyterhub_butterfly.rules import countdown, tickets
from jupyterhub_butterfly.settings import HubSettings

NO_SCRIPTS = {
    "default-src": "'none'",
    "style-src": "'unsafe-inline'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


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
        """Redirect, without the query."""
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
        except clients.ClientMissingError as missing:
            raise web.HTTPError(501, str(missing)) from missing
        config = {
            "prefix": self.prefix,
            "session": name,
            "client": client,
            "ticket": tickets.make_ticket(self.settings["secret"], self.visitor.binding),
            "xsrf": self.xsrf_token.decode(),
            **make_hub_links(self.settings["hub"], self.visitor.name, self.prefix),
            "menu": self.settings["menu"],
            "clock": self.settings["culler"] is not None,
            "mayBeJoined": self.settings["join_client"] is not None and not self.is_guest,
            "files": self.settings["files"].limits,
        }
        self.finish(clients.render_page(clients.Page(self.prefix, client, __version__, config)))


def make_hub_links(hub: HubSettings | None, visitor: str, prefix: str) -> dict[str, str]:
    """Make what a page knows of the hub: its address, and where to go when the session has ended.

    `start` is empty for others than the person whose session it is: they cannot start it again.
    """
    if hub is None:
        return {"hub": "", "home": prefix, "start": ""}
    start = hub.start_url if visitor == hub.user else ""
    return {"hub": hub.hub_url, "home": f"{hub.hub_url}home", "start": start}


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


# configurable-http-proxy takes each answer below 300 for activity of the person, and the hub
# believes it: a tab that asks for its clock each minute would never let its session be idle.
NO_ACTIVITY = 300


class Clock(PageHandler):
    """`<prefix>terminal/clock`: when the session ends, in words, and what is announced."""

    async def get(self) -> None:
        """Answer with what the page shows, as no activity; with nothing where no culler tells."""
        culler: culler_client.CullerClient | None = self.settings["culler"]
        self.set_status(NO_ACTIVITY)
        self.send_view(
            countdown.View(next=countdown.RARELY) if culler is None else await culler.get_view()
        )

    def send_view(self, view: countdown.View) -> None:
        """Answer as JSON; pages of a class do not all come back at once."""
        later = view.next * (1 + 0.1 * random.random())  # noqa: S311 - no secret
        self.finish(asdict(view) | {"next": later})


class ExtendClock(Clock):
    """`<prefix>terminal/clock/extend`: POST extends the session; 409 or 503 with a sentence."""

    async def get(self) -> None:
        """Refuse: it takes a POST."""
        raise web.HTTPError(405)

    async def post(self) -> None:
        """Extend it, and answer as `Clock` does."""
        culler: culler_client.CullerClient | None = self.settings["culler"]
        try:
            if culler is None:
                raise culler_client.NotExtendedError("This session has no end that could be moved.")
            self.send_view(await culler.extend())
        except (culler_client.NotExtendedError, culler_client.OutcomeUnknownError) as error:
            self.set_status(409 if isinstance(error, culler_client.NotExtendedError) else 503)
            self.finish({"message": str(error)})


class StaticFiles(web.StaticFileHandler):
    """Scripts, styles and fonts of the clients: open, as browsers fetch fonts without a login."""

    async def get(self, path: str, include_body: bool = True) -> None:
        """Serve a file; a name that no file can have is not found."""
        if "\0" in path:
            raise web.HTTPError(404)
        await super().get(path, include_body)

    def set_extra_headers(self, path: str) -> None:
        """Nothing here is to be taken for another type than it says."""
        self.set_header("X-Content-Type-Options", "nosniff")
        # They are public, and a guest's page, which is in a frame without an origin, loads them.
        self.set_header("Cross-Origin-Resource-Policy", "cross-origin")


class NotFound(web.RequestHandler):
    """What is no route at all: a plain 404, the same for everybody."""

    def prepare(self) -> None:
        """Refuse whatever the method."""
        raise web.HTTPError(404)

    def write_error(self, status_code: int, **kwargs: object) -> None:
        """The way back to the terminal; nothing of the request is repeated."""
        self.set_header("Content-Security-Policy", base_handlers.render_csp(NO_SCRIPTS))
        self.set_header("X-Content-Type-Options", "nosniff")
        sentence = "This terminal has no page of that address."
        self.finish(error_pages.render_page(status_code, sentence, self.settings["prefix"]))
