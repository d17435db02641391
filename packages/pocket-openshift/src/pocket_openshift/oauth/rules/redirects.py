"""Where a login may send the browser.

At its end to what the client registered, in between to pages of this server.

Pure. `requests` and the handlers ask.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from urllib.parse import (
    SplitResult,
    parse_qsl,
    unquote,
    urlencode,
    urljoin,
    urlsplit,
    urlunsplit,
)

_LOOPBACK = ("127.0.0.1", "[::1]")


def parse(uri: str) -> SplitResult | None:
    """The parts of an address, or None when it is none."""
    try:
        parts = urlsplit(uri)
        parts.port  # noqa: B018 - reading it is what checks the number
    except ValueError:
        return None
    return parts


def _plain(uri: str) -> bool:
    """Whether an address can stand in a header as it is, and means the same to all who read it."""
    return all("!" <= character <= "~" and character != "\\" for character in uri)


def _path(path: str) -> str:
    """A path with its dots resolved, so that `/hub/../x` is seen as the `/x` that it is.

    Browsers take `%2e` for a dot, and some servers `%2f` for a slash.
    """
    path = unquote(path)
    clean = posixpath.normpath("/" + path.lstrip("/"))
    return clean + "/" if path.endswith(("/", "/.", "/..")) and clean != "/" else clean


def _same_place(base: SplitResult, wanted: SplitResult) -> bool:
    """Same scheme, host and port.

    A loopback address registered without a port takes any (RFC 8252, 7.3).
    """
    if base.scheme == "http" and base.netloc in _LOOPBACK:
        return wanted.scheme == "http" and wanted.netloc.rpartition(":")[0] == base.netloc
    return (base.scheme, base.netloc) == (wanted.scheme, wanted.netloc)


def matches(registered: str, asked: str) -> bool:
    """Whether a redirect is the registered one, or below its path.

    Scheme, host and port must be the same.
    """
    base, wanted = parse(registered), parse(asked)
    if not base or not wanted or not wanted.scheme or not registered or not _plain(asked):
        return False
    if "#" in registered or "#" in asked:
        return False
    if asked == registered:
        return True
    if not _same_place(base, wanted):
        return False
    base_path, wanted_path = _path(base.path), _path(wanted.path)
    return wanted_path == base_path or wanted_path.startswith(base_path.rstrip("/") + "/")


def choose(registered: Sequence[str], asked: str) -> str | None:
    """The redirect to use: the one asked for, if it is allowed.

    If none is asked for, it is the only registered one.
    """
    if not asked:
        return registered[0] if len(registered) == 1 else None
    return asked if any(matches(uri, asked) for uri in registered) else None


def with_query(uri: str, values: Mapping[str, str]) -> str:
    """A redirect with more query parameters.

    They are in the order of their names, as the real server writes them.
    """
    parts = urlsplit(uri)
    query = dict(parse_qsl(parts.query, keep_blank_values=True)) | dict(values)
    return urlunsplit(parts._replace(query=urlencode(sorted(query.items()))))


def stays_here(then: str) -> bool:
    """Whether a `then` parameter leads to a page of this server and nowhere else."""
    parts = parse(then)
    if parts is None or parts.scheme or parts.netloc:
        return False
    return then.startswith("/") and not then.startswith("//") and _plain(then)


AUTHORIZE = "/oauth/authorize?"


def resume(page: str, then: str) -> str | None:
    """Where a login goes on after the page at a path; `then` may be relative to it.

    None when that is not a request for a code at this server.
    """
    try:
        whole = urljoin(page, then)
    except ValueError:
        return None
    return whole if stays_here(whole) and whole.startswith(AUTHORIZE) else None
