"""The dashboard's pages: notes beside terminals, the files beside the notes, scripts and styles.

Called by the terminal's server, behind its gate. What a page holds is decided in `pages` and
`layout`; what is on the disk comes from `library`, in a thread.
"""

import asyncio
import dataclasses
import logging
import mimetypes
import secrets
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tornado import web

from jupyterhub_butterfly import extensions
from workshop_dashboard import assets, layout, library, links, notes, pages, workshopfile

MAX_FILE_BYTES = 256 * 1024 * 1024
CHUNK_BYTES = 256 * 1024
# What a browser may show as it is; any other file is saved. None of these can run a script
# under the policy that goes with them.
SHOWN = ("image/", "video/", "audio/", "text/plain", "application/pdf")
FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@dataclasses.dataclass(frozen=True)
class Desk:
    """What the handlers need to know: the notes, if there are any, and how to show them.

    `tell_page` passes on where `user`, whose session this is, has got to.
    """

    library: library.Library | None
    layout: str
    notes_share: int
    title: str
    restart_url: str
    console_url: str
    log: logging.Logger | logging.LoggerAdapter
    user: str
    tell_page: Callable[[str], None]


class DashboardHandler(extensions.PageHandler):
    """The page itself; with the name of a page of the notes, or the first one."""

    def initialize(self, desk: Desk) -> None:
        """Take what `extension` has put together."""
        self.desk = desk

    async def get(self, name: str = "") -> None:
        """Show the page `name`; a page that is not there is told beside the terminals."""
        addresses = _addresses(self.prefix)
        try:
            book = await _load(self.desk)
        except (library.LibraryError, workshopfile.WorkshopFileError) as error:
            self.desk.log.warning("The notes cannot be shown: %s", error)
            self._show(pages.make_notice("The notes cannot be shown", str(error)), 500)
            return
        found = notes.find_page(name, "", book.pages) if name else book.first
        if found:
            # In a thread, as reading is: a long page must not make the shells wait.
            view = await asyncio.to_thread(
                pages.make_view, found, book, addresses, self.desk.restart_url
            )
            self._show(view, title=book.title)
            if self.visitor.name == self.desk.user:  # and not whoever looks in
                self.desk.tell_page(pages.render_position(view))
        else:
            self._show(_missing(name, book, addresses), 404 if name else 200, book.title)

    def _show(self, view: pages.View, status: int = 200, title: str = "") -> None:
        nonce = secrets.token_urlsafe(18)
        self.set_status(status)
        self.set_header("Content-Security-Policy", self._policy(nonce))
        panels = layout.make_panels(
            self.desk.layout,
            self.desk.notes_share,
            self.prefix,
            has_notes=self.desk.library is not None,
        )
        page = pages.render_template(
            "dashboard.html",
            view=view,
            panels=panels,
            title=self.desk.title or title or "Workshop",
            assets=assets.make_urls(f"{self.prefix}dashboard/static/"),
            nonce=nonce,
            xsrf=self.xsrf_token.decode(),
            base=f"{self.prefix}dashboard/",
            terminal_base=layout.terminal_url(self.prefix, ""),
            restart_url=_link(self.desk.restart_url),
            console_url=_link(self.desk.console_url),
        )
        self.finish(page)

    def _policy(self, nonce: str) -> str:
        """Scripts and styles run by this answer's nonce only: on a hub without subdomains other
        people's servers have the same origin, and `'self'` would let theirs in.
        """
        ours = {
            "script-src": f"'nonce-{nonce}'",
            "style-src": f"'nonce-{nonce}'",
            "img-src": "'self' data: https:",
            "media-src": "'self' https:",
            "frame-src": "'self'",
        }
        return extensions.render_csp({**self.content_security_policy(), **ours})


class RedirectHandler(extensions.PageHandler):
    """Sends `dashboard` to `dashboard/`."""

    async def get(self) -> None:
        """Redirect."""
        self.redirect(f"{self.prefix}dashboard/")


class FileHandler(extensions.PageHandler):
    """A file beside the pages: a picture, a download."""

    def initialize(self, desk: Desk) -> None:
        """Take what `extension` has put together."""
        self.desk = desk

    async def get(self, name: str) -> None:
        """Send the file `name`; only files that the notes' folder lists can be had."""
        path = await asyncio.to_thread(_find_file, self.desk, name)
        if path is None:
            raise web.HTTPError(404, f"The notes have no file {name}.")
        size = (await asyncio.to_thread(path.stat)).st_size
        if size > MAX_FILE_BYTES:
            raise web.HTTPError(413, f"{name} is too large to be sent.")
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        self.set_header("Content-Type", media_type)
        self.set_header("Content-Security-Policy", FILE_POLICY)
        self.set_header("Cache-Control", "private, max-age=60")
        if not media_type.startswith(SHOWN):
            quoted = urllib.parse.quote(path.name)
            self.set_header("Content-Disposition", f"attachment; filename*=UTF-8''{quoted}")
        with path.open("rb") as file:
            while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
                self.write(chunk)
                await self.flush()


class AssetHandler(extensions.PageHandler):
    """The package's own scripts and styles."""

    async def get(self, name: str) -> None:
        """Send the asset `name`; its address changes with its bytes, so it may be kept."""
        asset = assets.read_assets().get(name)
        if asset is None:
            raise web.HTTPError(404)
        self.set_header("Content-Type", asset.media_type)
        self.set_header("Cache-Control", "private, max-age=31536000, immutable")
        self.finish(asset.data)


def make_routes(desk: Desk) -> tuple[extensions.Route, ...]:
    """Return the routes of the dashboard."""
    own: dict[str, Any] = {"desk": desk}
    return (
        extensions.Route(r"dashboard", RedirectHandler),
        extensions.Route(r"dashboard/", DashboardHandler, own),
        extensions.Route(r"dashboard/page/(.*)", DashboardHandler, own),
        extensions.Route(r"dashboard/files/(.+)", FileHandler, own),
        extensions.Route(r"dashboard/static/([a-z.]+)", AssetHandler),
    )


async def _load(desk: Desk) -> notes.Notes:
    if desk.library is None:
        return notes.make_notes({}, workshopfile.Workshop(), {})
    return await asyncio.to_thread(desk.library.load)


def _find_file(desk: Desk, name: str) -> Path | None:
    if desk.library is None:
        return None
    try:
        return desk.library.file(name)
    except (library.LibraryError, workshopfile.WorkshopFileError):
        return None


def _addresses(prefix: str) -> links.Addresses:
    return links.Addresses(f"{prefix}dashboard/page/", f"{prefix}dashboard/files/")


def _missing(name: str, book: notes.Notes, addresses: links.Addresses) -> pages.View:
    sentence = f"The notes have no page {name}. Choose one from the list above."
    if not book.order:
        sentence = "There are no notes here. Put an index.md into the folder of the notes."
    return pages.make_notice("No such page", sentence, pages.make_contents(book, addresses))


def _link(url: str) -> str:
    return url if url.startswith(("https://", "http://", "/")) else ""
