"""Which web page may open a socket or post a form: the one that we served.

Asked before a request does anything.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Collection

DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


def is_own_origin(origin: str | None, host: str, allowed: Collection[str] = ()) -> bool:
    """Tell whether `origin` (the header) is the page's own: same host and port as `host`.

    `allowed` are further full origins, for example "https://workshop.example". A missing or
    opaque ("null") origin is never ours. The scheme is not compared with the request's: a proxy
    that ends TLS makes them differ; the port is, each with its scheme's default.
    """
    if not origin or origin == "null":
        return False
    if origin.lower() in {entry.lower().rstrip("/") for entry in allowed}:
        return True
    ours = _split_host(f"//{host}")
    theirs = _split_host(origin)
    if ours is None or theirs is None or not ours[0]:
        return False
    scheme = urllib.parse.urlsplit(origin).scheme.lower()
    if scheme not in {"http", "https"}:
        return False
    default = DEFAULT_PORTS[scheme]
    return (theirs[0], theirs[1] or default) == (ours[0], ours[1] or default)


def make_origin(url: str) -> str | None:
    """Return the origin of a URL such as JUPYTERHUB_PUBLIC_URL, None when it has none."""
    parts = urllib.parse.urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower() if parts.scheme and parts.netloc else None


def _split_host(url: str) -> tuple[str, int | None] | None:
    try:
        parts = urllib.parse.urlsplit(url)
        return (parts.hostname or "").lower().rstrip("."), parts.port
    except ValueError:
        return None
