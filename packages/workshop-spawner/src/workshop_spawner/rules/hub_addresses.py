"""Addresses of the hub as a session's browser needs them."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

# Where the hub is as an administrator writes it, whatever its `base_url` is.
HUB = "/hub/"


def find_public_url(base_url: str, public_url: str, host: str) -> str:
    """The hub as it is found from outside; empty where nobody has said.

    `base_url` is the hub's own (`/hub/` or `/workshop/hub/`), `public_url` the whole address if it
    is known, `host` scheme and host of a hub whose servers have subdomains.
    """
    return public_url or (f"{host.rstrip('/')}{base_url}" if host else "")


def make_link(path: str, base_url: str, public_url: str, host: str) -> str:
    """A link to a page of the hub from a session's page, which may be on a host of its own.

    A path below `/hub/` is one of the hub's pages, any other one is taken as it is written; a whole
    URL stays.
    """
    if not path.startswith("/") or path.startswith("//"):
        return path
    if path.startswith(HUB):
        path = base_url.rstrip("/") + "/" + path.removeprefix(HUB)
    parts = urlsplit(find_public_url(base_url, public_url, host))
    return urlunsplit((parts.scheme, parts.netloc, path, "", "")) if parts.netloc else path
