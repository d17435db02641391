"""Where the service is, from what a person typed or wrote into a file."""

from __future__ import annotations

import ipaddress
from urllib.parse import quote, urlsplit, urlunsplit


class BadAddressError(ValueError):
    """What was given is no address of a hub; the message tells the person what to do."""


def parse_service_url(text: str, service: str, *, plain_http: bool = False) -> str:
    """The service's address, with a slash at its end, from the hub's or the service's own.

    Plain HTTP is for this machine only, unless `plain_http`: the token would be readable on the
    way. Raises BadAddressError.
    """
    if problem := problem_with_address(text, plain_http=plain_http):
        raise BadAddressError(problem)
    parts = urlsplit(text.strip())
    path = parts.path.rstrip("/")
    if "/services/" not in f"{path}/":
        path = f"{path.removesuffix('/hub')}/services/{quote(service, safe='')}"
    return urlunsplit((parts.scheme, parts.netloc, f"{path}/", "", ""))


def problem_with_address(text: str, *, plain_http: bool) -> str | None:
    """What is wrong with the address of a hub, in a sentence; None if nothing is."""
    try:
        parts = urlsplit(text.strip())
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return f"{text!r} is no address: write it like https://hub.example.org/"
    if parts.scheme not in ("http", "https") or not host:
        return f"{text!r} is no address: write it like https://hub.example.org/"
    if parts.username is not None or parts.query or parts.fragment:
        return "An address has no password, no '?' and no '#': put the token into a file."
    if parts.scheme == "http" and not plain_http and not is_loopback(host):
        return (
            f"http://{host} would send the token readable to all on the way. Use https://, or "
            "--plain-http where the network is yours."
        )
    return None


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
