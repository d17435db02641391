"""The URL table, nothing else: also which routes are open, tested against this table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from tornado import web

from jupyterhub_butterfly import (
    auth,
    clients,
    extensions,
    handlers,
    join_sockets,
    proxy,
    sockets,
)
from jupyterhub_butterfly.transfer import change_page, files, folders

# Routes without a login, by their pattern below the prefix: what a hub and a browser must be able
# to fetch before there is one. The gate's own (callback, logout) come on top.
OPEN_PATTERNS = (
    r"api/?",
    r"static/butterfly/(.*)",
    r"static/terminal/(.*)",
    # A guest's: the page holds nothing, and the socket is closed to who has no secret.
    r"terminal/join",
    r"ws/join",
)

Rule = tuple[str, type[web.RequestHandler], dict[str, Any]]


def make_table(
    gate: auth.Gate,
    loaded: Sequence[extensions.Extension],
    hub_version: str,
    landing: str = "",
) -> list[Rule]:
    """List all routes as (pattern below the prefix, handler, arguments).

    `landing` is the first page that the hub asks for, instead of an extension's or a terminal,
    where there is such a page: a hub may name Jupyter's (`/lab`) for all servers.
    """
    table: list[Rule] = [
        (r"api/?", handlers.Health, {"hub_version": hub_version}),
        (r"terminal/?", handlers.Home, {"landing": "terminal/session/1"}),
        (rf"terminal/session/{sockets.NAME}", handlers.TerminalPage, {}),
        (r"terminal/ticket", handlers.Ticket, {}),
        (r"terminal/sessions", handlers.SessionList, {}),
        (r"terminal/clock", handlers.Clock, {}),
        (r"terminal/clock/extend", handlers.ExtendClock, {}),
        (r"terminal/join", join_sockets.JoinPage, {}),
        (r"ws/join", join_sockets.JoinSocket, {}),
        (rf"ws/session/{sockets.NAME}", sockets.ShellSocket, {}),
        (rf"ctl/session/{sockets.NAME}", sockets.ControlSocket, {}),
        (proxy.PATTERN, proxy.ProxyPage, {}),
        (r"files/?", handlers.Home, {"landing": "files/home/"}),
        (files.HOME, files.FilePage, {}),
        (folders.ARCHIVE, folders.ArchivePage, {}),
        (change_page.CHANGE, change_page.ChangePage, {}),
        (rf"terminal/session/{sockets.NAME}/folder", folders.SessionFolder, {}),
        (r"static/butterfly/(.*)", handlers.StaticFiles, {"path": str(clients.find_butterfly())}),
        (r"static/terminal/(.*)", handlers.StaticFiles, {"path": str(clients.STATIC)}),
        *gate.routes(),
    ]
    for extension in loaded:
        table += [(route.pattern, route.handler, route.kwargs) for route in extension.routes]
    offered = next((e.landing for e in loaded if e.landing is not None), None)
    first = offered if offered is not None else "terminal/session/1"
    if landing and has_page(landing, table):
        first = landing
    return [(r"", handlers.Home, {"landing": first}), *table]


def has_page(path: str, table: Iterable[Rule]) -> bool:
    """Whether a route of the table has this path below the prefix."""
    bare = re.split(r"[?#]", path, maxsplit=1)[0]
    return any(re.fullmatch(pattern, bare) for pattern, _, _ in table)


def make_rules(prefix: str, table: Iterable[Rule]) -> list[Rule]:
    """Put the table below the prefix, and the prefix without its slash on to the one with it."""
    rules: list[Rule] = []
    for pattern, handler, kwargs in table:
        rules.append((re.escape(prefix) + pattern, handler, kwargs))
    if prefix != "/":
        bare = re.escape(prefix.rstrip("/"))
        rules.append((bare, web.RedirectHandler, {"url": prefix, "permanent": False}))
    return rules
