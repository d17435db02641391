"""The dashboard's pages: notes beside terminals, the files beside the notes, scripts and styles.

All of it is behind the terminal's gate. What a page holds is decided in `views` and `rules.panels`;
what is on the disk comes from `loader`, in a thread.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tornado import web

from jupyterhub_butterfly import extensions
from workshop_dashboard import assets, file_answers, live, views
from workshop_dashboard.loader import Loader, LoaderError
from workshop_dashboard.rules import links, panels, render, search, workshopfile
from workshop_dashboard.rules.notes import Notes, find_page, make_notes

# configurable-http-proxy takes each answer below 300 for activity of the person.
NO_ACTIVITY = 300
# The page of the home's files, as `files_handlers` has it.
FILES = "dashboard/home"


def _find_nothing() -> Path | None:
    return None


@dataclass(frozen=True)
class PageContext:
    """What the handlers need to know: the notes, if there are any, and how to show them.

    `tabs` are addresses of tabs beside the terminals, by label. `tell_page` passes on where
    the person whose session this is has got to; they start a new one at `start_url`. `has_hand`:
    whether there is a service that shows raised hands; `has_files`: whether there is a page of the
    home's. `find_slides` blocks.
    """

    loader: Loader | None
    layout: str
    notes_share: int
    title: str
    restart_url: str
    console_url: str
    log: logging.Logger | logging.LoggerAdapter
    tell_page: Callable[[str], None]
    start_url: str = ""
    finished_message: str = ""
    logo: str = ""
    stylesheet: str = ""
    find_slides: Callable[[], Path | None] = _find_nothing
    tabs: Mapping[str, str] = field(default_factory=dict)
    has_hand: bool = False
    has_files: bool = False
    live_reload: bool = False
    is_trusted: bool = False


class DashboardHandler(extensions.PageHandler):
    """The page itself; with the name of a page of the notes, or the first one."""

    def initialize(self, context: PageContext) -> None:
        """Take what `extension` has put together."""
        self.context = context

    async def get(self, name: str = "") -> None:
        """Show the page `name`; a page that is not there is told beside the terminals."""
        addresses = _addresses(self.prefix, self.context)
        try:
            notes = await _load(self.context)
        except (LoaderError, workshopfile.WorkshopFileError) as error:
            await self._show_problem(str(error))
            return
        found = find_page(name, "", notes.pages) if name else notes.first
        if found:
            # In a thread, as reading is: a long page must not make the shells wait.
            view = await asyncio.to_thread(views.make_view, found, notes, addresses)
            await self._show(view, notes=notes)
            if not self.is_guest:
                self.context.tell_page(views.render_position(view))
        else:
            await self._show(_missing(name, notes, addresses), 404 if name else 200, notes)

    def _find_look(self, given: str, usual: tuple[str, ...], notes: Notes | None) -> str:
        files = notes.files if notes else frozenset[str]()
        return panels.find_look(given, usual, files, f"{self.prefix}dashboard/files/")

    async def _make_tabs(self, notes: Notes) -> tuple[panels.Tab, ...]:
        own = (*self.context.tabs.items(), *notes.workshop.tabs)
        console = _link(self.context.console_url)
        has_slides = await asyncio.to_thread(self.context.find_slides) is not None
        found = panels.make_tabs(self.prefix, console, own, notes.values, has_slides=has_slides)
        files = panels.Tab("files", "Files", f"{self.prefix}{FILES}")
        return (*found, files) if self.context.has_files else found

    async def _show_problem(self, sentence: str) -> None:
        """Say why there are no notes; where they are on their way, the page looks again."""
        if getattr(self.context.loader, "is_pending", False):
            self.set_header("Refresh", "2")
            await self._show(views.make_notice("The notes are on their way", sentence))
            return
        self.context.log.warning("The notes cannot be shown: %s", sentence)
        await self._show(views.make_notice("The notes cannot be shown", sentence), 500)

    async def _show(self, view: views.View, status: int = 200, notes: Notes | None = None) -> None:
        nonce = secrets.token_urlsafe(18)
        if self._is_trusted:
            allowed = view.html.replace("<script", f'<script nonce="{nonce}"')
            view = replace(view, html=allowed)
        is_owner = not self.is_guest
        self.set_status(status)
        self.set_header("Content-Security-Policy", self._policy(nonce))
        shown = panels.make_panels(
            self.context.layout,
            self.context.notes_share,
            self.prefix,
            await self._make_tabs(notes) if notes else (),
            has_notes=self.context.loader is not None,
        )
        page = views.render_template(
            "dashboard.html",
            view=view,
            panels=shown,
            title=self.context.title or (notes.title if notes else "") or "Workshop",
            assets=assets.make_urls(f"{self.prefix}dashboard/static/"),
            nonce=nonce,
            xsrf=self.xsrf_token.decode(),
            prefix=self.prefix,
            base=f"{self.prefix}dashboard/",
            search=f"{self.prefix}dashboard/search.json",
            changes=f"{self.prefix}dashboard/changes" if self.context.live_reload else "",
            terminal_base=panels.terminal_url(self.prefix, ""),
            restart_url=_link(self.context.restart_url),
            logo=self._find_look(self.context.logo, panels.LOGOS, notes),
            stylesheet=self._find_look(self.context.stylesheet, panels.STYLESHEETS, notes),
            finished=render.sanitise(self.context.finished_message, str),
            console_url=_link(self.context.console_url),
            console_in_tab=any(tab.key == "console" for tab in shown.tabs),
            is_owner=is_owner,
            hand=f"{self.prefix}dashboard/hand" if self.context.has_hand and is_owner else "",
            start_url=_link(self.context.start_url) if is_owner else "",
        )
        self.finish(page)

    @property
    def _is_trusted(self) -> bool:
        """Whether the notes may act: for a guest never, as the session's person may edit them."""
        return self.context.is_trusted and not self.is_guest

    def _policy(self, nonce: str) -> str:
        """Make the policy: scripts and styles run by this answer's nonce only.

        On a hub without subdomains other people's servers have the same origin, and `'self'` would
        let theirs in.
        """
        ours = {
            "script-src": f"'nonce-{nonce}'",
            "style-src": f"'nonce-{nonce}'",
            "img-src": "'self' data: https:",
            "media-src": "'self' https:",
            "frame-src": self._frames(),
        }
        if self._is_trusted:
            ours |= {
                "script-src": f"'nonce-{nonce}' https:",
                "style-src": "'self' https: 'unsafe-inline'",
            }
        return extensions.render_csp({**self.content_security_policy(), **ours})

    def _frames(self) -> str:
        """Say what the work area's tabs may show; pages of notes have no frames of their own."""
        return "'self' https:" if self.request.protocol == "https" else "'self' https: http:"


class RedirectHandler(extensions.PageHandler):
    """Sends `dashboard` to `dashboard/`."""

    async def get(self) -> None:
        """Redirect."""
        self.redirect(f"{self.prefix}dashboard/")


class FileHandler(extensions.PageHandler):
    """A file beside the pages: a picture, a download."""

    def initialize(self, context: PageContext) -> None:
        """Take what `extension` has put together."""
        self.context = context

    async def get(self, name: str) -> None:
        """Send the file `name`; only files that the notes' folder lists can be had."""
        path = await asyncio.to_thread(_find_file, self.context, name)
        if path is None:
            raise web.HTTPError(404, f"The notes have no file {name}.")
        await file_answers.send_file(self, path, name)


class ChangesHandler(extensions.PageHandler):
    """Answers when the notes have changed; for authors only."""

    def initialize(self, context: PageContext) -> None:
        """Take what `extension` has put together."""
        self.context = context

    async def get(self) -> None:
        """Wait for another version than that of `since`."""
        if self.context.loader is None:
            raise web.HTTPError(404)
        since = self.get_argument("since", "")
        self.set_header("Content-Type", "text/plain")
        self.finish(await live.wait_for_change(self.context.loader, since))


class AliveHandler(extensions.PageHandler):
    """Answers while the session runs; once it has ended, the hub answers here."""

    def get(self) -> None:
        """Answer with a status that the hub's proxy takes for no activity of the person."""
        self.set_status(NO_ACTIVITY)
        self.finish({"alive": True})


class SearchHandler(extensions.PageHandler):
    """The words of all pages, for the page's own search."""

    def initialize(self, context: PageContext) -> None:
        """Take what `extension` has put together."""
        self.context = context

    async def get(self) -> None:
        """Send the index as JSON."""
        try:
            notes = await _load(self.context)
        except (LoaderError, workshopfile.WorkshopFileError) as error:
            raise web.HTTPError(404, "The notes cannot be read.") from error
        index = await asyncio.to_thread(
            search.make_index, notes, _addresses(self.prefix, self.context)
        )
        self.set_header("Content-Type", "application/json")
        self.set_header("Cache-Control", "private, no-cache")
        self.finish(json.dumps(index, ensure_ascii=False))


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


def make_routes(context: PageContext) -> tuple[extensions.Route, ...]:
    """Return the routes of the dashboard."""
    own: dict[str, Any] = {"context": context}
    for_authors = (extensions.Route(r"dashboard/changes", ChangesHandler, own),)
    return (
        *(for_authors if context.live_reload else ()),
        extensions.Route(r"dashboard", RedirectHandler),
        extensions.Route(r"dashboard/", DashboardHandler, own),
        extensions.Route(r"dashboard/page/(.*)", DashboardHandler, own),
        extensions.Route(r"dashboard/files/(.+)", FileHandler, own),
        extensions.Route(r"dashboard/alive", AliveHandler),
        extensions.Route(r"dashboard/search\.json", SearchHandler, own),
        extensions.Route(r"dashboard/static/([a-z.]+)", AssetHandler),
    )


async def _load(context: PageContext) -> Notes:
    if context.loader is None:
        return make_notes({}, workshopfile.Workshop(), {})
    return await asyncio.to_thread(context.loader.load)


def _find_file(context: PageContext, name: str) -> Path | None:
    if context.loader is None:
        return None
    try:
        return context.loader.file(name)
    except (LoaderError, workshopfile.WorkshopFileError):
        return None


def _addresses(prefix: str, context: PageContext) -> links.Addresses:
    anchors = "" if context.is_trusted else links.ANCHOR_PREFIX
    pages, files = f"{prefix}dashboard/page/", f"{prefix}dashboard/files/"
    return links.Addresses(pages, files, anchor_prefix=anchors)


def _missing(name: str, notes: Notes, addresses: links.Addresses) -> views.View:
    sentence = f"The notes have no page {name}. Choose one from the list above."
    if not notes.order:
        sentence = "There are no notes here. Put an index.md into the folder of the notes."
    return views.make_notice("No such page", sentence, views.make_contents(notes, addresses))


def _link(url: str) -> str:
    return url if url.startswith(("https://", "http://", "/")) else ""
