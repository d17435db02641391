"""The slides, below `slides/`: a page of ours around the deck, or the author's own if trusted."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tornado import web

from jupyterhub_butterfly import extensions
from workshop_dashboard import assets, file_answers, views
from workshop_dashboard.slides import decks

# No frames, no forms, no requests: a deck is looked at. Scripts of reveal.js set styles.
POLICY = {
    "default-src": "'none'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: https:",
    "media-src": "'self' https:",
    "font-src": "'self' data:",
    "connect-src": "'none'",
    "form-action": "'none'",
}


@dataclass(frozen=True)
class SlidesContext:
    """Where the slides are now, None for nowhere, and whether their own scripts may act."""

    find: Callable[[], Path | None]
    is_trusted: bool = False


class SlidesHandler(extensions.PageHandler):
    """The deck, its pictures, and reveal.js for trusted decks that load it themselves."""

    def initialize(self, context: SlidesContext) -> None:
        """Take what `extension` has put together."""
        self.context = context

    async def get(self, name: str) -> None:
        """Show the deck, or send the file `name` beside it."""
        folder = await asyncio.to_thread(self.context.find)
        if folder is None:
            raise web.HTTPError(404, "This workshop has no slides.")
        if name in ("", "index.html"):
            await self._show(folder)
        elif reveal := decks.REVEAL.fullmatch(name):
            self._send_reveal(reveal[1])
        else:
            path = await asyncio.to_thread(decks.find_file, folder, name)
            if path is None:
                raise web.HTTPError(404, f"The slides have no file {name}.")
            await file_answers.send_file(self, path, name, acts=self._is_trusted)

    @property
    def _is_trusted(self) -> bool:
        return self.context.is_trusted and not self.is_guest

    async def _show(self, folder: Path) -> None:
        nonce = secrets.token_urlsafe(18)
        own = await asyncio.to_thread(decks.read_text, folder, "index.html")
        scripts = f"'nonce-{nonce}'"
        if self._is_trusted and own is not None:
            scripts += " 'strict-dynamic' https:"
            page = own.replace("<script", f'<script nonce="{nonce}"')
        else:
            page = await asyncio.to_thread(self._render, folder, nonce)
        rules = {**self.content_security_policy(), **POLICY, "script-src": scripts}
        if self._is_trusted:
            rules |= {"style-src": "'self' https: 'unsafe-inline'", "frame-src": "'self' https:"}
        self.set_header("Content-Security-Policy", extensions.render_csp(rules))
        self.finish(page)

    def _render(self, folder: Path, nonce: str) -> str:
        deck = decks.read_deck(folder)
        if deck is None:
            raise web.HTTPError(413, "The slides are too large to be shown: split them.")
        urls = assets.make_urls(f"{self.prefix}dashboard/static/")
        reveal = f"{self.prefix}slides/dist/reveal"
        return views.render_template(
            "deck.html", deck=deck, assets=urls, reveal=reveal, nonce=nonce
        )

    def _send_reveal(self, name: str) -> None:
        self.set_header("Content-Type", "text/css" if name.endswith("css") else "text/javascript")
        self.set_header("Cache-Control", "private, max-age=3600")
        self.finish(decks.read_reveal(name) or b"")


class SlidesRedirectHandler(extensions.PageHandler):
    """Sends `slides` to `slides/`."""

    async def get(self) -> None:
        """Redirect."""
        self.redirect(f"{self.prefix}slides/")


def make_routes(context: SlidesContext) -> tuple[extensions.Route, ...]:
    """Return the routes of the slides."""
    return (
        extensions.Route(r"slides", SlidesRedirectHandler),
        extensions.Route(r"slides/(.*)", SlidesHandler, {"context": context}),
    )
