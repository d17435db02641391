"""What the proxy to a program in the session decides: ports, who may ask, headers both ways.

`proxy` does as this says; there is no other host than the session's own addresses in it.
"""

from __future__ import annotations

import ipaddress
import re
import urllib.parse
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from jupyterhub_butterfly.rules import origins

ABSOLUTE = "absolute/"
LOOPBACK = ("127.0.0.1", "::1")
READING = frozenset({"GET", "HEAD", "OPTIONS"})

# RFC 9110, 7.6.1: they are about one connection, not about the message.
HOP_BY_HOP = frozenset(
    {
        *("connection", "keep-alive", "proxy-connection", "proxy-authenticate"),
        *("proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade", "expect"),
    }
)
# What the program must not see, or hears from us instead. The last is the mark by which a hub of
# workshops knows its proxy.
NOT_FORWARDED = frozenset(
    {
        *("host", "origin", "cookie", "authorization", "forwarded", "x-real-ip"),
        "x-workshop-proxy",
    }
)
# Headers of an answer that would act on more than the program's own pages: on the whole origin
# (a wider service worker, cleared cookies, TLS only), or on the login that `Authorization` is.
NOT_ANSWERED = frozenset(
    {
        *("service-worker-allowed", "clear-site-data", "strict-transport-security"),
        *("alt-svc", "www-authenticate", "set-cookie", "location"),
    }
)
# Names, or beginnings of names, of cookies that let a browser in somewhere: the hub's, other
# servers', ours (auth.openshift), and those of login proxies that stand before many hubs.
PRIVATE_COOKIES = ("jupyterhub", "service-", "terminal-login", "_xsrf", "_oauth")

# Added to answers for others than the session's person: the program's pages then have an origin of
# their own, and cannot act at the hub as who looks at them.
FOR_GUESTS = "sandbox allow-scripts allow-forms allow-popups allow-downloads"

FRAMED_BY_NOBODY = re.compile(r"(frame-ancestors)\s+'none'", re.IGNORECASE)

Pairs = Iterable[tuple[str, str]]


def parse_ports(text: str) -> tuple[range, ...]:
    """Parse "8080, 3000-3999" into ranges. Raises `ValueError` with a sentence."""
    return tuple(_parse_range(part.strip()) for part in text.split(",") if part.strip())


def _parse_range(part: str) -> range:
    first, dash, last = (piece.strip() for piece in part.partition("-"))
    ends = (first, last if dash else first)
    if not all(end.isascii() and end.isdecimal() and len(end) <= 5 for end in ends):
        raise ValueError(f"{part!r} is no port or range of ports; write for example 3000-3999")
    low, high = (int(end) for end in ends)
    if not 1 <= low <= high <= 65535:
        raise ValueError(f"{part!r} is no range of ports between 1 and 65535")
    return range(low, high + 1)


class ProxyTarget(NamedTuple):
    """Which program is asked; `absolute`: it gets the whole path, as it knows its base itself."""

    port: int
    absolute: bool = False

    @property
    def path(self) -> str:
        """The target as URLs spell it, below `proxy/`."""
        return f"{ABSOLUTE if self.absolute else ''}{self.port}"


def find_target(text: str, allowed: Iterable[range], own: int) -> ProxyTarget | None:
    """Return the target that "8080" or "absolute/8080" means; None where it is not allowed."""
    absolute = text.startswith(ABSOLUTE)
    port = find_port(text.removeprefix(ABSOLUTE), allowed, own)
    return None if port is None else ProxyTarget(port, absolute)


def find_port(text: str, allowed: Iterable[range], own: int) -> int | None:
    """Return the port to connect to; None for one that is not allowed, or the server's own."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 5):
        return None
    port = int(text)
    return port if port != own and any(port in part for part in allowed) else None


def make_addresses(ip: str) -> tuple[str, ...]:
    """List where a program of this session may listen: our own address first, then loopback.

    Our own is first because several sessions on one machine (pocket-openshift) share the
    loopback, and their addresses tell them apart.
    """
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return LOOPBACK
    if address.is_unspecified or ip in LOOPBACK:
        return LOOPBACK
    return (ip, *LOOPBACK)


def make_host(address: str, port: int) -> str:
    """Return address and port as a URL and a Host header have them."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def is_own_request(
    method: str, headers: Mapping[str, str], host: str, allowed: Collection[str]
) -> bool:
    """Tell whether a request with a login cookie comes from a page of ours, or from a person.

    The program's pages know nothing of our XSRF token, so the browser's own word is taken: Origin
    and Sec-Fetch-Site, which no page can write. From elsewhere only a link may lead here.
    """
    origin, site = headers.get("Origin"), headers.get("Sec-Fetch-Site")
    mode = headers.get("Sec-Fetch-Mode", "navigate")
    if origin is not None and not (origin == "null" and site == "same-origin"):
        return origins.is_own_origin(origin, host, allowed)
    if site in {"same-origin", "none"}:
        return True
    if site is not None:
        to_read = method in {"GET", "HEAD"} and mode == "navigate"
        return to_read and headers.get("Sec-Fetch-Dest") == "document"
    return method in READING and mode == "navigate"


def is_private_cookie(name: str) -> bool:
    """Tell whether a cookie is a login (or belongs to one) that the program must not have."""
    bare = name.strip().lower()
    for mark in ("__host-", "__secure-"):
        bare = bare.removeprefix(mark)
    return bare.startswith(PRIVATE_COOKIES)


def make_cookies(header: str) -> str:
    """Return a Cookie header without the private ones."""
    kept = [part.strip() for part in header.split(";")]
    return "; ".join(p for p in kept if p and not is_private_cookie(p.partition("=")[0]))


def _hops(pairs: Sequence[tuple[str, str]]) -> frozenset[str]:
    named = [v for k, v in pairs if k.lower() == "connection"]
    return HOP_BY_HOP | {word.strip().lower() for v in named for word in v.split(",")}


def make_request_headers(
    pairs: Pairs, *, netloc: str, prefix: str, proto: str, host: str
) -> list[tuple[str, str]]:
    """Make the headers that the program gets. `netloc`: its host and port; `prefix`: its base."""
    given = list(pairs)
    dropped = _hops(given) | NOT_FORWARDED
    kept = [
        (name, value)
        for name, value in given
        if name.lower() not in dropped
        and not name.lower().startswith(("x-forwarded-", "sec-websocket-", "x-xsrf"))
    ]
    cookies = make_cookies("; ".join(v for k, v in given if k.lower() == "cookie"))
    kept += [("Cookie", cookies)] if cookies else []
    # The Origin was checked; the program compares it with the Host that it is given.
    kept += [("Origin", f"http://{netloc}")] if any(k.lower() == "origin" for k, _ in given) else []
    return [
        *kept,
        ("Host", netloc),
        ("X-Forwarded-Prefix", prefix),
        ("X-Forwarded-Proto", proto),
        ("X-Forwarded-Host", host),
    ]


def make_answer_headers(
    pairs: Pairs, *, prefix: str, port: int, addresses: Collection[str]
) -> list[tuple[str, str]]:
    """Make the headers that the browser gets of the program's answer."""
    given = list(pairs)
    dropped = _hops(given) | NOT_ANSWERED
    if any(name.lower() == "transfer-encoding" for name, _ in given):
        dropped |= {"content-length"}
    made = [(k, make_frame_rule(k, v)) for k, v in given if k.lower() not in dropped]
    for name, value in given:
        if name.lower() == "location":
            made.append((name, make_location(value, prefix, port, addresses)))
        elif name.lower() == "set-cookie" and (cookie := make_set_cookie(value, prefix)):
            made.append((name, cookie))
    return made


def make_frame_rule(name: str, value: str) -> str:
    """Return what an answer's header says of frames: a page that nobody may frame, we may.

    The pages around it are of its own origin, and could read it anyway; other sites stay out.
    """
    if name.lower() == "x-frame-options" and value.strip().lower() == "deny":
        return "SAMEORIGIN"
    if name.lower() == "content-security-policy":
        return FRAMED_BY_NOBODY.sub(r"\1 'self'", value)
    return value


def make_location(
    location: str, prefix: str, port: int, addresses: Collection[str] = LOOPBACK
) -> str:
    """Return where a redirect leads: paths of the program's own get its prefix."""
    try:
        parts = urllib.parse.urlsplit(location)
        host, to_port = parts.hostname, parts.port
    except ValueError:
        return location
    if parts.netloc:
        ours = host in {*addresses, "localhost"} and (to_port or 80) == port
        if not ours or parts.scheme not in {"", "http"}:
            return location
        location = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, parts.fragment))
    elif parts.scheme or not location.startswith("/"):
        return location
    inside = location == prefix or location.startswith((f"{prefix}/", f"{prefix}?"))
    return location if inside else prefix + location


def make_set_cookie(line: str, prefix: str) -> str | None:
    """Keep a cookie of the program below its own path; None for the name of a login's."""
    first, *attributes = (part.strip() for part in line.split(";"))
    if is_private_cookie(first.partition("=")[0]):
        return None
    kept, path = [], "/"
    for attribute in attributes:
        name, _, value = attribute.partition("=")
        if name.strip().lower() == "path" and value.strip().startswith("/"):
            path = value.strip()
        elif name.strip().lower() not in {"path", "domain"}:
            kept.append(attribute)
    inside = path == prefix or path.startswith(f"{prefix}/")
    return "; ".join([first, *kept, f"Path={path if inside else prefix + path}"])


def make_close_code(code: int | None) -> int:
    """Return a code that may be sent (RFC 6455, 7.4) for one that was met."""
    if code is not None and (code in {1000, 1001, 1002, 1003} or 1007 <= code <= 1014):
        return code
    return code if code is not None and 3000 <= code <= 4999 else 1001
