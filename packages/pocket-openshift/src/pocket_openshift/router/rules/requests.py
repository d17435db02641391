"""What of a request goes on to the pod, and of its answer back. Framing is the web library's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

_HOST = re.compile(r"^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$")
# Of one connection only (RFC 9110, section 7.6.1); the web library writes its own.
_OF_A_CONNECTION = frozenset(
    {
        *("connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade"),
        # Each side of a websocket has a handshake of its own.
        *("sec-websocket-extensions", "sec-websocket-key", "sec-websocket-protocol"),
        *("sec-websocket-accept", "sec-websocket-version"),
    }
)
_FORWARDED = frozenset(
    {
        *("forwarded", "x-forwarded-for", "x-forwarded-host"),
        *("x-forwarded-port", "x-forwarded-proto"),
    }
)

RawHeaders = Iterable[tuple[bytes, bytes]]
Headers = list[tuple[str, str]]


class BadRequestError(ValueError):
    """The request is not as HTTP wants it; the message may be shown."""


@dataclass(frozen=True)
class Caller:
    """Who asks, and where: the address, and the router's port and scheme."""

    address: str
    port: int
    is_secure: bool


def parse_host(values: Sequence[str]) -> tuple[str, int | None]:
    """Name and port of the Host header. BadRequestError when two readers may differ about it."""
    match = _HOST.match(values[0]) if len(values) == 1 else None
    if match is None:
        raise BadRequestError("exactly one Host header is needed")
    return match.group(1).lower(), int(match.group(2)) if match.group(2) else None


def parse_path(target: str) -> str:
    """Path and query of a request's target, which may be a whole URL. BadRequestError if none."""
    if not target.isascii() or "#" in target:
        raise BadRequestError("the request target is not encoded")
    if target.startswith("/"):
        return target
    parts = urlsplit(target)
    if parts.scheme not in ("http", "https"):
        raise BadRequestError("the request target is not a path")
    return (parts.path or "/") + ("?" + parts.query if parts.query else "")


def make_request_headers(raw: RawHeaders, host: str, caller: Caller) -> Headers:
    """The headers for the pod: who asked whom is in some that a client cannot forge."""
    kept = [(name, value) for name, value in _keep(raw) if name.lower() not in _FORWARDED]
    return [
        *kept,
        ("X-Forwarded-For", caller.address),
        ("X-Forwarded-Host", host),
        ("X-Forwarded-Port", str(caller.port)),
        ("X-Forwarded-Proto", "https" if caller.is_secure else "http"),
    ]


def make_response_headers(raw: RawHeaders, *, with_body: bool = True) -> Headers:
    """The headers of the pod's answer for the client, of its body too or not."""
    every = _keep(raw)
    return [pair for pair in every if with_body or not pair[0].lower().startswith("content-")]


def _keep(raw: RawHeaders) -> Iterator[tuple[str, str]]:
    """All but what is of one connection only, by the standard or by the connection's own word."""
    pairs = [(_decode(name), _decode(value)) for name, value in raw]
    named = [value for name, value in pairs if name.lower() == "connection"]
    gone = _OF_A_CONNECTION | {word.strip().lower() for word in ",".join(named).split(",")}
    return (pair for pair in pairs if pair[0].lower() not in gone)


def _decode(raw: bytes) -> str:
    """A header as text: UTF-8, as the web library writes it, or the Latin-1 of old."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
