"""The page of the home's files: browse, edit a text, up and down; a tab of the work area.

A page of its own in a frame, so that it can stand in a window too. The files themselves go by the
terminal's own routes below `files/`, which bound sizes, follow no link and never show a file with
our origin.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tornado import web

from jupyterhub_butterfly import extensions
from workshop_dashboard import assets, views


@dataclass(frozen=True)
class FilesContext:
    """How large files may be on their way in and out, as the terminal's server bounds them."""

    limits: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_on(self) -> bool:
        """Whether files can be read and written; only with both is there a page."""
        return bool(self.limits.get("upload") and self.limits.get("download"))


class FilesHandler(extensions.PageHandler):
    """The page itself, which is the same for all folders."""

    def initialize(self, context: FilesContext) -> None:
        """Take what `extension` has put together."""
        self.context = context

    def get(self) -> None:
        """Send it; scripts and sheets run by this answer's nonce only, as on the dashboard."""
        nonce = secrets.token_urlsafe(18)
        ours = {"script-src": f"'nonce-{nonce}'", "style-src": f"'nonce-{nonce}'"}
        policy = {**self.content_security_policy(), **ours}
        self.set_header("Content-Security-Policy", extensions.render_csp(policy))
        token = self.xsrf_token.decode()
        config = {"prefix": self.prefix, "xsrf": token, "files": dict(self.context.limits)}
        urls = assets.make_urls(f"{self.prefix}dashboard/static/")
        editor = assets.read_editor()
        self.finish(
            views.render_template(
                "files.html",
                assets=urls,
                nonce=nonce,
                config=json.dumps(config),
                editor=assets.make_url(f"{self.prefix}dashboard/editor/", editor) if editor else "",
                terminal=f"{self.prefix}static/terminal/",
            )
        )


class EditorHandler(extensions.PageHandler):
    """The script of the files' editor, which is large."""

    def get(self) -> None:
        """Send it, packed where the browser takes that."""
        editor = assets.read_editor()
        if editor is None:
            raise web.HTTPError(404)
        self.set_header("Content-Type", editor.media_type)
        self.set_header("Cache-Control", "private, max-age=31536000, immutable")
        self.set_header("Vary", "Accept-Encoding")
        if "gzip" not in self.request.headers.get("Accept-Encoding", ""):
            self.finish(editor.data)
            return
        self.set_header("Content-Encoding", "gzip")
        self.finish(assets.pack_editor())


def make_routes(context: FilesContext) -> tuple[extensions.Route, ...]:
    """Return the route, where there is such a page."""
    own: dict[str, Any] = {"context": context}
    routes = (
        extensions.Route(r"dashboard/home", FilesHandler, own),
        extensions.Route(r"dashboard/editor/codemirror\.js", EditorHandler),
    )
    return routes if context.is_on else ()
