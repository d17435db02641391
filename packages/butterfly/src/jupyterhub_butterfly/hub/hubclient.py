"""JupyterHub's own client, without the hub's database and second HTTP client.

`jupyterhub.services.auth` imports the module of scopes, that one the hub's tables, and they
SQLAlchemy; JupyterHub 6 imports aiohttp as well. That is 45 MiB and half a second in each session,
for functions that a server never calls. So stand-ins wait in the place of those modules during the
import: what does use one gets the real module, just later. What decides about entry is
JupyterHub's own code, unchanged; should the lean import fail, the plain one takes its place.

`load` is called by the hub's gate, in a thread. `fetch` is what it gives JupyterHub 6 to speak with
the hub: tornado's client, which 5 uses.
"""

from __future__ import annotations

import importlib
import logging
import ssl
import sys
import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tornado import httpclient

log = logging.getLogger(__name__)

CLIENT = "jupyterhub.services.auth"
REQUEST_SECONDS = 20.0
# What `fetch` understands; with anything else it leaves the request to JupyterHub's own.
OPTIONS = {"headers", "data", "ssl"}


class Deferred(types.ModuleType):
    """Stands for a module until somebody uses it, then passes on to the real one.

    `known` has what is asked for during the import already: a name here is not passed on.
    """

    def __init__(self, name: str, known: Mapping[str, object], package: bool) -> None:
        super().__init__(name)
        self.__dict__.update(known)
        self.__dict__["_package"] = package

    def __getattr__(self, name: str) -> Any:
        """Import the real module for a name; the import system's own questions need none."""
        if name.startswith("__") and not (name == "__path__" and self._package):
            raise AttributeError(name)
        return getattr(find_real(self.__name__), name)


class NeverRaisedError(Exception):
    """In the place of SQLAlchemyError, which handlers of the hub catch: there is no database."""


def find_real(name: str) -> types.ModuleType:
    """Import a module for which a stand-in may wait; all stand-ins go, as it may need others."""
    remove_stand_ins()
    return importlib.import_module(name)


def make_stand_ins() -> list[Deferred]:
    """Make a stand-in for each module that a server does not need."""
    return [
        Deferred("sqlalchemy", {}, package=True),
        Deferred("sqlalchemy.exc", {"SQLAlchemyError": NeverRaisedError}, package=False),
        Deferred("jupyterhub.orm", {}, package=False),
        Deferred("jupyterhub.roles", {}, package=False),
        Deferred("jupyterhub.httpclient", {"fetch": fetch}, package=False),
        Deferred("aiohttp", {}, package=True),
    ]


def remove_stand_ins() -> None:
    """Let everybody who imports from now on have the real modules."""
    for name, module in list(sys.modules.items()):
        if isinstance(module, Deferred):
            del sys.modules[name]


def load() -> types.ModuleType:
    """Import `jupyterhub.services.auth`, lean if that works. Raises `ImportError`."""
    if CLIENT not in sys.modules:
        # What is there already is real, and stays.
        waiting = {one.__name__: one for one in make_stand_ins()}
        sys.modules.update({n: one for n, one in waiting.items() if n not in sys.modules})
        try:
            importlib.import_module(CLIENT)
        except Exception:
            log.warning("JupyterHub's client is imported whole, with its database", exc_info=True)
        finally:
            remove_stand_ins()
    return importlib.import_module(CLIENT)


@dataclass(frozen=True)
class Answer:
    """What JupyterHub's client looks at in an answer."""

    status: int
    body: bytes

    @property
    def code(self) -> int:
        """The status, by its other name."""
        return self.status

    async def text(self) -> str:
        """Return the body."""
        return self.body.decode("utf-8", "replace")


async def fetch(
    url: str, *, method: str = "GET", raise_for_status: bool = True, **options: Any
) -> Any:
    """Fetch from the hub as `jupyterhub.httpclient.fetch` does; returns an `Answer`.

    A request of another kind than the login's is left to that one. Raises what tornado's client
    raises when there is no answer.
    """
    if raise_for_status or not is_simple(url, options):
        real = importlib.import_module("jupyterhub.httpclient")
        return await real.fetch(url, method=method, raise_for_status=raise_for_status, **options)
    body = options.get("data")
    request = httpclient.HTTPRequest(
        url,
        method=method,
        headers=options.get("headers"),
        body=b"" if body is None and method in {"POST", "PUT", "PATCH"} else body,
        ssl_options=options.get("ssl"),
        connect_timeout=REQUEST_SECONDS,
        request_timeout=REQUEST_SECONDS,
    )
    answer = await httpclient.AsyncHTTPClient().fetch(request, raise_error=False)
    return Answer(answer.code, answer.body)


def is_simple(url: str, options: Mapping[str, Any]) -> bool:
    """Tell whether `fetch` can do this itself: an ordinary URL, and options that mean the same."""
    return (
        url.startswith(("http://", "https://"))
        and options.keys() <= OPTIONS
        and isinstance(options.get("data"), bytes | str | None)
        and isinstance(options.get("ssl"), ssl.SSLContext | None)
    )
