"""More pages in the same server: the documented contract for extensions, and their loading.

The dashboard and other people's distributions import this module and nothing else of the package.
An extension is a callable `load(context) -> Extension`, named by an entry point in the group
`jupyterhub_butterfly.extensions`.
"""

from __future__ import annotations

import importlib.metadata
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from jupyterhub_butterfly.base_handlers import PageHandler, StaticFiles, is_page_view, render_csp
from jupyterhub_butterfly.rules.hands import HandView, NotSentError
from jupyterhub_butterfly.strict import check_settings

if TYPE_CHECKING:
    from traitlets.config import Config

__all__ = [
    "GROUP",
    "Context",
    "Extension",
    "ExtensionError",
    "Hand",
    "HandView",
    "MenuItem",
    "NotSentError",
    "PageHandler",
    "Route",
    "StaticFiles",
    "check_extension",
    "check_settings",
    "is_page_view",
    "load_extensions",
    "render_csp",
]

GROUP = "jupyterhub_butterfly.extensions"


class ExtensionError(Exception):
    """An extension cannot be used; the message names it and says why."""


def _tell_nobody(page: str) -> None:
    """Where no service listens."""


def _tell_no_tests(passed: int, failed: int, failing: str) -> None:
    """Where no service listens."""


class Hand(Protocol):
    """The raised hand of the person whose server this is, as the instructors' service knows it."""

    async def find(self) -> HandView:
        """Return how it is; never raises for what the service does."""

    async def raise_hand(self, text: str) -> HandView:
        """Raise it, with a few words; raises `NotSentError`, whose message is a sentence."""

    async def lower_hand(self) -> HandView:
        """Lower it; raises `NotSentError`."""


@dataclass(frozen=True)
class Context:
    """What an extension is told when it is loaded.

    `prefix`: path of the server, from "/" to "/". `config`: the application's traitlets config,
    so that an extension can have traits of its own: `check_settings(config, MyTraits)` refuses
    misspelt ones, which traitlets does not. `user`: whose server this is, "" without a hub.
    `client`: the browser client in use, "butterfly" or "xterm". `tell_page`: to be called with some
    words, such as "2 of 5: Deploy it", when the person whose server this is turns to a page of
    something they work through; instructors see it. It returns at once and never raises.
    `tell_tests` likewise, with how many of its tests have passed and failed, and the last that
    failed.
    `hand`: that person's raised hand, None on a hub without the service that shows it.
    `file_limits`: how many bytes a file below `files/` may have on its way in (`upload`) and out
    (`download`); 0 where that is turned off.
    `start_url` is where that person starts a new session once this one has ended; "" without a
    hub.
    """

    prefix: str
    config: Config
    log: logging.Logger | logging.LoggerAdapter
    user: str
    client: str
    tell_page: Callable[[str], None] = _tell_nobody
    start_url: str = ""
    tell_tests: Callable[[int, int, str], None] = _tell_no_tests
    hand: Hand | None = None
    file_limits: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Route:
    """One URL of an extension.

    `pattern` is a regular expression below the prefix, without a leading slash, for example
    `r"notes/(.*)"`. `handler` subclasses `PageHandler`. `kwargs` go to its `initialize`.
    """

    pattern: str
    handler: type
    kwargs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class MenuItem:
    """An entry of the terminal page's menu: its words, and the path below the prefix."""

    label: str
    path: str


@dataclass(frozen=True)
class Extension:
    """What an extension gives.

    `landing`, a path below the prefix, is where `<prefix>` redirects to; at most one loaded
    extension may have one.
    """

    name: str
    routes: tuple[Route, ...] = ()
    landing: str | None = None
    menu: tuple[MenuItem, ...] = ()


# Paths that belong to the server itself: an extension can neither take nor shadow them.
RESERVED = (
    "api",
    "oauth_callback",
    "login",
    "logout",
    "terminal",
    "static",
    "ws",
    "ctl",
    "proxy",
    "files",
)


def check_extension(extension: Extension) -> None:
    """Refuse an extension that would serve a page without the gate, or take a path of the server.

    Raises `ExtensionError`.
    """
    for route in extension.routes:
        if not (isinstance(route.handler, type) and issubclass(route.handler, PageHandler)):
            raise ExtensionError(
                f"Extension {extension.name!r}: the handler of {route.pattern!r} does not subclass "
                "jupyterhub_butterfly.extensions.PageHandler, so it would be open to anyone."
            )
        first = route.pattern.lstrip("/").split("/")[0]
        if first in RESERVED or route.pattern.startswith("/"):
            raise ExtensionError(
                f"Extension {extension.name!r}: the pattern {route.pattern!r} must be relative to "
                f"the server's prefix, and its own paths are taken: {', '.join(RESERVED)}."
            )


def load_extensions(context: Context, wanted: Iterable[str] | None = None) -> list[Extension]:
    """Load the installed extensions: all of them, or those named in `wanted`.

    Raises `ExtensionError` when one is missing, breaks while loading or breaks the contract: a
    server that lacks what it was configured with must not start.
    """
    found = {point.name: point for point in importlib.metadata.entry_points(group=GROUP)}
    names = sorted(found) if wanted is None else list(wanted)
    missing = [name for name in names if name not in found]
    if missing:
        raise ExtensionError(
            f"ButterflyApp.extensions names {', '.join(missing)}, which is not installed. "
            f"Installed: {', '.join(sorted(found)) or 'none'}."
        )
    loaded = [_load_one(found[name], context) for name in names]
    landings = [extension.name for extension in loaded if extension.landing is not None]
    if len(landings) > 1:
        raise ExtensionError(
            f"The extensions {' and '.join(landings)} each want to be the first page. "
            "Name the ones to load in ButterflyApp.extensions."
        )
    return loaded


def _load_one(point: importlib.metadata.EntryPoint, context: Context) -> Extension:
    try:
        extension = point.load()(context)
    except Exception as error:
        raise ExtensionError(
            f"Extension {point.name!r} ({point.value}) does not load: {error}"
        ) from error
    if not isinstance(extension, Extension):
        raise ExtensionError(f"Extension {point.name!r} ({point.value}) returned no Extension.")
    check_extension(extension)
    return extension
