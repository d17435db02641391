"""Who has typed how many wrong codes: a leaky bucket an address and one for all, in bounded memory.

Wrong codes make slow, and never keep a right one out: time is given, what waits is elsewhere.
"""

from __future__ import annotations

import ipaddress
import re
from collections import OrderedDict
from collections.abc import Collection

MOST_ADDRESSES = 10_000
# So many wrong codes are typed by people; whoever goes on is slow until a minute has gone by.
FREE_CODES = 10
# So many a minute by all together, before everybody waits a moment.
FREE_CODES_OF_ALL = 300
WINDOW_SECONDS = 60.0
_WITH_PORT = re.compile(r"(?:\[(?P<v6>[0-9a-fA-F:.]+)\]|(?P<v4>[0-9.]+))(?::[0-9]+)?")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
LOOPBACK: tuple[Network, ...] = (
    ipaddress.ip_network("127.0.0.0/8"),
    ipaddress.ip_network("::1/128"),
)


def parse_networks(texts: Collection[str]) -> tuple[Network, ...]:
    """Networks from addresses or networks as text; ValueError names the one that is none."""
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)


def find_address(peer: str, forwarded: str, trusted: Collection[Network]) -> str:
    """Who asks: the last of `X-Forwarded-For` that is no trusted proxy, else the connection's peer.

    The header is believed from a trusted peer only; what stands further left, a client may have
    written.
    """
    if not _is_trusted(peer, trusted):
        return peer
    for entry in reversed(forwarded.split(",")):
        if (address := read_entry(entry)) and not _is_trusted(address, trusted):
            return address
    return peer


def read_entry(entry: str) -> str:
    """The address in an entry of `X-Forwarded-For`, without the port that some proxies write.

    With it each connection would count as an address of its own.
    """
    found = _WITH_PORT.fullmatch(entry.strip())
    return found["v6"] or found["v4"] if found else entry.strip()


def _is_trusted(address: str, trusted: Collection[Network]) -> bool:
    parsed = _parse_address(address)
    return parsed is not None and any(parsed in network for network in trusted)


def _parse_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed


def make_key(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 that an IPv6 network is given."""
    parsed = _parse_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed or address[:64])


class WrongCodes:
    """Counts wrong codes. Of addresses it keeps the most recent; who is forgotten begins again."""

    def __init__(self, most: int = MOST_ADDRESSES) -> None:
        self._most = most
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._of_all = (0.0, 0.0)

    def __len__(self) -> int:
        return len(self._levels)

    def count_wrong(self, key: str, now: float) -> None:
        """Count one wrong code of an address."""
        self._levels[key] = (self._find_level(key, now) + 1, now)
        self._levels.move_to_end(key)
        while len(self._levels) > self._most:
            self._levels.popitem(last=False)
        self._of_all = (_leak(self._of_all, FREE_CODES_OF_ALL, now) + 1, now)

    def is_slow(self, key: str, now: float) -> bool:
        """Whether an address has typed so many that its codes are looked at one by one."""
        return self._find_level(key, now) >= FREE_CODES

    def is_flooded(self, now: float) -> bool:
        """Whether all together type so many that everybody waits a moment."""
        return _leak(self._of_all, FREE_CODES_OF_ALL, now) >= FREE_CODES_OF_ALL

    def _find_level(self, key: str, now: float) -> float:
        return _leak(self._levels.get(key, (0.0, now)), FREE_CODES, now)


def _leak(bucket: tuple[float, float], free: int, now: float) -> float:
    level, since = bucket
    return max(0.0, level - max(0.0, now - since) * free / WINDOW_SECONDS)
