"""The browser clients, and the pages that load them.

Butterfly's is served from the folder of the installed distribution, which is found without
importing its Python. `handlers` renders pages with what this module makes; `routes` serves the
folders.
"""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyterhub_butterfly import rendering

HERE = Path(__file__).parent
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


def find_butterfly() -> Path:
    """Return the static folder of the installed Butterfly. Raises `ClientMissingError`."""
    spec = importlib.util.find_spec("butterfly")
    if spec is None or not spec.submodule_search_locations:
        raise ClientMissingError("Butterfly is not installed: pip install butterfly")
    folder = Path(next(iter(spec.submodule_search_locations))) / "static"
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
    return rendering.render(
        f"{page.client}.html",
        title=f"Terminal {page.config['session']}",
        static=f"{page.prefix}static/",
        version=page.version,
        config=json.dumps(page.config),
        root=page.prefix.rstrip("/"),
        session=page.config["session"],
        viewport=VIEWPORT,
    )
