"""The notes as their author sees them while writing: on loopback, read anew for each request.

Called by `app` for `workshop-notes preview`. There is no terminal: running is copying.
"""

import asyncio
import mimetypes
from pathlib import Path

from tornado import web

from workshop_dashboard import assets, check, library, links, notes, pages, workshopfile

ADDRESSES = links.Addresses("/page/", "/files/")
# Only these names lead here: a page elsewhere cannot reach in by a name of its own.
HOSTS = r"(localhost|127\.0\.0\.1)"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:"
POLICY += "; media-src 'self' https:; base-uri 'none'; frame-ancestors 'none'"


class PreviewHandler(web.RequestHandler):
    """A page of the notes, with what `check` has to say about it on top."""

    def initialize(self, source: library.Library) -> None:
        """Take the library to read."""
        self.source = source

    async def get(self, name: str = "") -> None:
        """Show the page `name`, or the first."""
        problem, title = "", "Notes"
        try:
            book = await asyncio.to_thread(self.source.load)
            title = book.title
            view = await asyncio.to_thread(make_preview, name, book)
            problem = await asyncio.to_thread(describe_problems, view.name, book)
        except (library.LibraryError, workshopfile.WorkshopFileError) as error:
            view = pages.make_notice("The notes cannot be shown", str(error))
        self.set_header("Content-Security-Policy", POLICY)
        urls = assets.make_urls("/static/")
        self.finish(
            pages.render_template("site.html", view=view, title=title, problem=problem, assets=urls)
        )


class PreviewFileHandler(web.RequestHandler):
    """A file beside the pages."""

    def initialize(self, source: library.Library) -> None:
        """Take the library to read."""
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


def make_preview(name: str, book: notes.Notes) -> pages.View:
    """Return the view of a page, or of the news that it is not there."""
    found = notes.find_page(name, "", book.pages) if name else book.first
    if found:
        return pages.make_view(found, book, ADDRESSES)
    contents = pages.make_contents(book, ADDRESSES)
    return pages.make_notice("No such page", f"There is no page {name}.", contents)


def describe_problems(name: str, book: notes.Notes) -> str:
    """Return what is wrong with the page `name` in one line, empty if nothing is."""
    page = book.pages.get(name)
    found = [p for p in check.check_notes(book) if page and p.file == page.file]
    return "; ".join(f"line {problem.line}: {problem.message}" for problem in found)


def create_app(source: library.Library) -> web.Application:
    """Return the application; `app` listens with it on loopback."""
    own = {"source": source}
    app = web.Application()
    app.add_handlers(
        HOSTS,
        [
            (r"/", PreviewHandler, own),
            (r"/page/(.*)", PreviewHandler, own),
            (r"/files/(.+)", PreviewFileHandler, own),
            (r"/static/([a-z.]+)", PreviewAssetHandler),
        ],
    )
    return app
