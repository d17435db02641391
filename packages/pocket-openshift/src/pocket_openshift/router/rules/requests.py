"""The head of an HTTP request: read strictly, written again for the pod behind."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

_TOKEN = re.compile(rb"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
_HOST = re.compile(r"^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$")
_OURS = frozenset(
    {
        *(
            b"connection",
            b"keep-alive",
            b"proxy-connection",
            b"x-forwarded-for",
            b"x-forwarded-host",
        ),
        *(b"x-forwarded-port", b"x-forwarded-proto", b"forwarded"),
    }
)


class BadRequestError(ValueError):
    """The head is not HTTP as it should be; the message may be shown."""


@dataclasses.dataclass(frozen=True)
class Head:
    """A parsed head. `body` is the length of what follows; None for chunks and upgrades."""

    method: bytes
    path: str
    version: bytes
    headers: Sequence[tuple[bytes, bytes]]
    host: str
    port: int | None
    body: int | None

    @property
    def upgrade(self) -> bool:
        """Whether it asks for a websocket or the like."""
        return any(name.lower() == b"upgrade" for name, _ in self.headers)


def parse(data: bytes) -> Head:
    """The head up to and with its empty line. BadRequestError for whatever two readers may read
    differently.
    """
    first, *rest = data.removesuffix(b"\r\n\r\n").split(b"\r\n")
    words = first.split(b" ")
    if len(words) != 3 or not _TOKEN.match(words[0]) or words[2] not in (b"HTTP/1.1", b"HTTP/1.0"):
        raise BadRequestError("the request line is not HTTP/1.1")
    headers = [_parse_header(line) for line in rest]
    hosts = [value for name, value in headers if name.lower() == b"host"]
    match = _HOST.match(hosts[0].decode("latin-1")) if len(hosts) == 1 else None
    if match is None:
        raise BadRequestError("exactly one Host header is needed")
    path = _path_of(words[1].decode("latin-1"))
    port = int(match.group(2)) if match.group(2) else None
    return Head(words[0], path, words[2], headers, match.group(1).lower(), port, _body_of(headers))


def _parse_header(line: bytes) -> tuple[bytes, bytes]:
    name, colon, value = line.partition(b":")
    if not colon or not _TOKEN.match(name) or b"\n" in line or b"\r" in line or b"\0" in line:
        raise BadRequestError("a header line is not valid")
    return name, value.strip(b" \t")


def _path_of(target: str) -> str:
    if target.startswith("/") or target == "*":
        return target
    parts = urlsplit(target)
    if parts.scheme not in ("http", "https"):
        raise BadRequestError("the request target is not a path")
    return (parts.path or "/") + ("?" + parts.query if parts.query else "")


def _body_of(headers: Sequence[tuple[bytes, bytes]]) -> int | None:
    lengths = {value for name, value in headers if name.lower() == b"content-length"}
    chunked = any(name.lower() == b"transfer-encoding" for name, _ in headers)
    if len(lengths) > 1 or (lengths and chunked) or any(not value.isdigit() for value in lengths):
        raise BadRequestError("the length of the body is not clear")
    if chunked or any(name.lower() == b"upgrade" for name, _ in headers):
        return None
    return int(lengths.pop()) if lengths else 0


def render(head: Head, client: str, *, port: int, secure: bool) -> bytes:
    """The head for the pod: one request a connection, and who asked whom, in headers that a client
    cannot forge.
    """
    kept = [(name, value) for name, value in head.headers if name.lower() not in _OURS]
    scheme = "https" if secure else "http"
    host = next(value for name, value in head.headers if name.lower() == b"host")
    kept += [
        (b"X-Forwarded-For", client.encode()),
        (b"X-Forwarded-Host", host),
        (b"X-Forwarded-Port", str(port).encode()),
        (b"X-Forwarded-Proto", scheme.encode()),
        (b"Connection", b"upgrade" if head.upgrade else b"close"),
    ]
    lines = [b" ".join([head.method, head.path.encode("latin-1"), head.version])]
    lines += [name + b": " + value for name, value in kept]
    return b"\r\n".join(lines) + b"\r\n\r\n"
