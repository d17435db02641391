"""The browser clients, and the pages that load them.

Butterfly's is served from the folder of the installed distribution, which is found without
importing its Python. `handlers` renders pages with what this module makes; `routes` serves the
folders.
"""

from __future__ import annotations

import importlib.util
import json
import pathlib
from dataclasses import dataclass
from html import escape
from typing import Any

HERE = pathlib.Path(__file__).parent
STATIC = HERE / "static"
XTERM = STATIC / "xterm"
CLIENTS = ("butterfly", "xterm")
# A phone's keyboard makes the page smaller, and covers nothing of it.
VIEWPORT = "width=device-width, initial-scale=1, interactive-widget=resizes-content"


class ClientMissingError(Exception):
    """The files of a client are not on this machine; the message says how to get them."""


@dataclass(frozen=True)
class Page:
    """What a terminal page is rendered from. `config` is read by the page's scripts."""

    prefix: str
    client: str
    version: str
    config: dict[str, Any]


def find_butterfly() -> pathlib.Path:
    """Return the static folder of the installed Butterfly. Raises `ClientMissingError`."""
    spec = importlib.util.find_spec("butterfly")
    if spec is None or not spec.submodule_search_locations:
        raise ClientMissingError("Butterfly is not installed: pip install butterfly")
    folder = pathlib.Path(next(iter(spec.submodule_search_locations))) / "static"
    if not (folder / "main.min.js").is_file():
        raise ClientMissingError(f"The installed Butterfly has no browser client in {folder}.")
    return folder


def choose_client(configured: str, asked: str | None) -> str:
    """Choose the client of one page: the one asked for by `?client=`, if it is one."""
    return asked if asked in CLIENTS else configured


def check_client(client: str) -> None:
    """Raise `ClientMissingError` when a page of this client could not work."""
    if client == "butterfly":
        find_butterfly()
    elif not (XTERM / "xterm.js").is_file():
        raise ClientMissingError(
            "The xterm client is not part of this installation. A wheel of jupyterhub-butterfly "
            "has it; in a checkout run: python packages/butterfly/hatch_build.py"
        )


def render_page(page: Page) -> str:
    """Render the page of one terminal session."""
    body = _BUTTERFLY if page.client == "butterfly" else _XTERM
    static = f"{page.prefix}static/"
    return body.format(
        title=escape(f"Terminal {page.config['session']}"),
        static=escape(static),
        version=escape(page.version),
        config=escape(json.dumps(page.config), quote=True),
        root=escape(page.prefix.rstrip("/"), quote=True),
        session=escape(page.config["session"], quote=True),
        viewport=VIEWPORT,
    )


# The elements and attributes that Butterfly's scripts look for; the rest is ours.
_BUTTERFLY = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="{viewport}">
<title>{title}</title>
<link rel="icon" href="{static}butterfly/images/favicon.png">
<link rel="stylesheet" id="style" href="{static}butterfly/main.css">
<link rel="stylesheet" href="{static}terminal/terminal.css?v={version}">
<link rel="stylesheet" href="{static}terminal/files.css?v={version}">
<link rel="stylesheet" href="{static}terminal/butterfly.css?v={version}">
</head>
<body data-terminal="{config}" data-root-path="{root}" data-session-token="{session}"
 data-force-unicode-width="no" spellcheck="false">
<main>
<h1>Terminal</h1>
<textarea id="input-helper" aria-label="Terminal input"></textarea>
<div id="input-view" class="hidden"></div>
<div id="popup" class="hidden"></div>
<script src="{static}terminal/link.js?v={version}"></script>
<script src="{static}terminal/page.js?v={version}"></script>
<script src="{static}terminal/clock.js?v={version}"></script>
<script src="{static}terminal/files.js?v={version}"></script>
<script src="{static}terminal/butterfly-bridge.js?v={version}"></script>
<script src="{static}butterfly/html-sanitizer.js"></script>
<script src="{static}butterfly/main.min.js"></script>
<script src="{static}butterfly/ext.min.js"></script>
<script src="{static}terminal/butterfly-teach.js?v={version}"></script>
<script src="{static}terminal/copy.js?v={version}"></script>
<div id="packed"></div>
<div id="term" role="log" aria-label="Terminal output"></div>
</main>
</body>
</html>
"""

_XTERM = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="{viewport}">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{static}terminal/xterm/xterm.css?v={version}">
<link rel="stylesheet" href="{static}terminal/terminal.css?v={version}">
<link rel="stylesheet" href="{static}terminal/files.css?v={version}">
<link rel="stylesheet" href="{static}terminal/xterm-page.css?v={version}">
</head>
<body data-terminal="{config}">
<main id="term"></main>
<script src="{static}terminal/xterm/xterm.js?v={version}"></script>
<script src="{static}terminal/xterm/addon-fit.js?v={version}"></script>
<script src="{static}terminal/xterm/addon-web-links.js?v={version}"></script>
<script src="{static}terminal/xterm/addon-unicode11.js?v={version}"></script>
<script src="{static}terminal/link.js?v={version}"></script>
<script src="{static}terminal/page.js?v={version}"></script>
<script src="{static}terminal/clock.js?v={version}"></script>
<script src="{static}terminal/files.js?v={version}"></script>
<script src="{static}terminal/xterm-page.js?v={version}"></script>
<script src="{static}terminal/keys.js?v={version}"></script>
<script src="{static}terminal/copy.js?v={version}"></script>
</body>
</html>
"""
