"""Where events go: what an admin wrote down, and which addresses are not to be reached."""

from __future__ import annotations

import fnmatch
import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from workshop_culler.events.rules.cloud_events import TYPE_PREFIX

NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?")
KEYS = frozenset({"name", "url", "secret_file", "events", "allow_local", "plain_http"})
KINDS = (
    "session.requested",
    "session.started",
    "session.page",
    "session.test-passed",
    "session.hand-raised",
    "session.extended",
    "session.warned",
    "session.ended",
    "workshop.finished",
)
MOST_DESTINATIONS = 20
# The name under which the log of JSON lines has its place in the queue.
LOG = "event_log"
# Clouds tell secrets to whoever asks from inside; those that are not link-local.
METADATA = tuple(
    map(ipaddress.ip_address, ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254"))
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class BadDestinationError(ValueError):
    """A destination that cannot be used; the message names what is wrong."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A receiver of webhooks. Its `url` may be a secret: it is named by its `name` everywhere."""

    name: str
    url: str = field(repr=False)
    secret_file: str
    events: tuple[str, ...] = ("*",)
    allow_local: bool = False

    def is_for(self, type_: str) -> bool:
        """Whether it takes events of this type."""
        kind = type_.removeprefix(TYPE_PREFIX)
        return any(fnmatch.fnmatchcase(kind, pattern) for pattern in self.events)


def parse_destinations(entries: Sequence[object]) -> tuple[Destination, ...]:
    """Read the trait `webhooks`; raises BadDestinationError."""
    if len(entries) > MOST_DESTINATIONS:
        raise BadDestinationError(f"webhooks: {MOST_DESTINATIONS} are the most")
    found = [_parse_one(number, entry) for number, entry in enumerate(entries)]
    names = [each.name for each in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise BadDestinationError(f"webhooks: two have the name {twice[0]!r}")
    return tuple(found)


def _parse_one(number: int, entry: object) -> Destination:
    where = f"webhooks[{number}]"
    if not isinstance(entry, Mapping):
        raise BadDestinationError(f"{where}: must be a dict such as {{'name': 'chat', ...}}")
    if unknown := sorted(set(map(str, entry)) - KEYS):
        there = ", ".join(sorted(KEYS))
        raise BadDestinationError(f"{where}: {unknown[0]!r} is not known; there are {there}")
    name = entry.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise BadDestinationError(f"{where}.name: must be a word of a-z, 0-9 and '-'")
    for key in ("allow_local", "plain_http"):
        if not isinstance(entry.get(key, False), bool):
            raise BadDestinationError(f"{where}.{key}: must be True or False")
    if problem := problem_with_url(entry):
        raise BadDestinationError(f"{where}.url: {problem}")
    file = entry.get("secret_file")
    if not isinstance(file, str) or not file:
        raise BadDestinationError(f"{where}.secret_file: name the file that holds its secret")
    return Destination(
        name, entry["url"], file, _parse_patterns(where, entry), entry.get("allow_local", False)
    )


def _parse_patterns(where: str, entry: Mapping[str, Any]) -> tuple[str, ...]:
    patterns = entry.get("events", ["*"])
    if not isinstance(patterns, list | tuple) or not all(isinstance(p, str) for p in patterns):
        raise BadDestinationError(f"{where}.events: must be a list such as ['session.ended']")
    for pattern in patterns:
        if not fnmatch.filter(KINDS, pattern):
            there = ", ".join(KINDS)
            raise BadDestinationError(f"{where}.events: {pattern!r} fits none; there are {there}")
    return tuple(patterns)


def problem_with_url(entry: Mapping[str, Any]) -> str | None:
    """What is wrong with the address of a receiver, without the address; None if nothing is."""
    url = entry.get("url")
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
        host, _port = (parts.hostname, parts.port) if parts else (None, None)
    except ValueError:
        parts = host = None
    if parts is None or not host or parts.scheme not in ("http", "https"):
        return "must be like https://chat.example.org/hooks/1"
    if parts.username is not None or parts.fragment:
        return "has a user or a fragment; leave them out, deliveries are signed"
    if parts.scheme == "http" and not entry.get("plain_http"):
        return "events name people: use https, or plain_http where the network is yours"
    if not entry.get("allow_local") and is_refused_host(host):
        return "is an address of this machine or of the cloud's metadata; allow_local allows it"
    return None


def is_refused_host(host: str) -> bool:
    """Whether it is written as an address that is not to be reached, or names this machine."""
    try:
        return is_refused_address(host)
    except ValueError:
        return host.lower().rstrip(".") == "localhost" or host.lower().rstrip(".").endswith(
            ".localhost"
        )


def is_refused_address(text: str) -> bool:
    """Whether an IP address is this machine's, a cloud's metadata, or nobody's.

    Private ones are allowed, as receivers in a cluster have these. Raises ValueError for none.
    """
    address = unwrap(ipaddress.ip_address(text.partition("%")[0]))
    if address in METADATA:
        return True
    return (
        address.is_loopback
        or address.is_link_local
        or address.is_unspecified
        or address.is_multicast
        or (address.version == 4 and address.is_reserved)
        or (address.version == 4 and int(address) >> 24 == 0)
    )


def unwrap(address: Address) -> Address:
    """The IPv4 address that an IPv6 one leads to: mapped, 6to4, Teredo or NAT64; else itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if inner := address.ipv4_mapped or address.sixtofour:
        return inner
    if address.teredo:
        return address.teredo[1]
    if address in ipaddress.ip_network("64:ff9b::/96") or int(address) >> 32 == 0:
        low = int(address) & 0xFFFFFFFF
        return address if low <= 1 else ipaddress.IPv4Address(low)
    return address
