"""The notes as their author sees them while writing: on loopback, read again for each request.

There is no terminal: running is copying. A page is told when the notes change, and reloads.
"""

from __future__ import annotations

import asyncio
import json
import mimetypes
from pathlib import Path

from tornado import web

from workshop_dashboard import assets, live, loader, views
from workshop_dashboard.rules import check, links, panels, search, workshopfile
from workshop_dashboard.rules.notes import Notes, find_page

ADDRESSES = links.Addresses("/page/", "/files/")
# Only these names lead here: a page elsewhere cannot reach in by a name of its own.
HOSTS = r"(localhost|127\.0\.0\.1)"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:"
POLICY += "; media-src 'self' https:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"


class PreviewHandler(web.RequestHandler):
    """A page of the notes, with what `check` has to say about it on top."""

    def initialize(self, source: loader.Loader) -> None:
        """Take the loader of the notes."""
        self.source = source

    async def get(self, name: str = "") -> None:
        """Show the page `name`, or the first."""
        problem, title, files = "", "Notes", frozenset[str]()
        try:
            notes = await asyncio.to_thread(self.source.load)
            title, files = notes.title, notes.files
            view = await asyncio.to_thread(make_preview, name, notes)
            problem = await asyncio.to_thread(describe_problems, view.name, notes)
        except (loader.LoaderError, workshopfile.WorkshopFileError) as error:
            view = views.make_notice("The notes cannot be shown", str(error))
        self.set_header("Content-Security-Policy", POLICY)
        urls = assets.make_urls("/static/")
        self.finish(
            views.render_template(
                "site.html",
                view=view,
                title=title,
                problem=problem,
                assets=urls,
                search="/search.json",
                changes="/changes",
                logo=panels.find_look("", panels.LOGOS, files, ADDRESSES.file_base),
                stylesheet=panels.find_look("", panels.STYLESHEETS, files, ADDRESSES.file_base),
            )
        )


class PreviewSearchHandler(web.RequestHandler):
    """The words of all pages."""

    def initialize(self, source: loader.Loader) -> None:
        """Take the loader of the notes."""
        self.source = source

    async def get(self) -> None:
        """Send the index."""
        try:
            notes = await asyncio.to_thread(self.source.load)
        except (loader.LoaderError, workshopfile.WorkshopFileError) as error:
            raise web.HTTPError(404) from error
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(search.make_index(notes, ADDRESSES)))


class PreviewChangesHandler(web.RequestHandler):
    """Answers when the notes have changed."""

    def initialize(self, source: loader.Loader) -> None:
        """Take the loader of the notes."""
        self.source = source

    async def get(self) -> None:
        """Wait for another version than that of `since`."""
        self.set_header("Content-Type", "text/plain")
        self.finish(await live.wait_for_change(self.source, self.get_argument("since", "")))


class PreviewFileHandler(web.RequestHandler):
    """A file beside the pages."""

    def initialize(self, source: loader.Loader) -> None:
        """Take the loader of the notes."""
        self.source = source

    async def get(self, name: str) -> None:
        """Send the file."""
        path = await asyncio.to_thread(self.source.file, name)
        if path is None:
            raise web.HTTPError(404)
        self.set_header("Content-Type", mimetypes.guess_type(name)[0] or "text/plain")
        self.set_header("Content-Security-Policy", "default-src 'none'; sandbox")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.finish(await asyncio.to_thread(Path(path).read_bytes))


class PreviewAssetHandler(web.RequestHandler):
    """The package's own scripts and styles."""

    def get(self, name: str) -> None:
        """Send the asset."""
        asset = assets.read_assets().get(name)
        if asset is None:
            raise web.HTTPError(404)
        self.set_header("Content-Type", asset.media_type)
        self.finish(asset.data)


def make_preview(name: str, notes: Notes) -> views.View:
    """Return the view of a page, or of the news that it is not there."""
    found = find_page(name, "", notes.pages) if name else notes.first
    if found:
        return views.make_view(found, notes, ADDRESSES)
    contents = views.make_contents(notes, ADDRESSES)
    return views.make_notice("No such page", f"There is no page {name}.", contents)


def describe_problems(name: str, notes: Notes) -> str:
    """Return what is wrong with the page `name` in one line, empty if nothing is."""
    page = notes.pages.get(name)
    found = [p for p in check.check_notes(notes) if page and p.file == page.file]
    return "; ".join(f"line {problem.line}: {problem.message}" for problem in found)


def create_app(source: loader.Loader) -> web.Application:
    """Return the application; `app` listens with it on loopback."""
    own = {"source": source}
    app = web.Application()
    app.add_handlers(
        HOSTS,
        [
            (r"/", PreviewHandler, own),
            (r"/page/(.*)", PreviewHandler, own),
            (r"/files/(.+)", PreviewFileHandler, own),
            (r"/search\.json", PreviewSearchHandler, own),
            (r"/changes", PreviewChangesHandler, own),
            (r"/static/([a-z.]+)", PreviewAssetHandler),
        ],
    )
    return app
