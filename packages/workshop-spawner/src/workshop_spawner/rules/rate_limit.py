"""How many visitors one address may make: a leaky bucket an address, in bounded memory.

Time is given.
"""

from __future__ import annotations

import functools
import ipaddress
import re
from collections import OrderedDict
from collections.abc import Collection

MOST_ADDRESSES = 10_000
_WITH_PORT = re.compile(r"(?:\[(?P<v6>[0-9a-fA-F:.]+)\]|(?P<v4>[0-9.]+))(?::[0-9]+)?")


def find_address(peer: str, forwarded: str, trusted: Collection[str], *, by_proxy: bool) -> str:
    """Who asks: the last of `X-Forwarded-For` that is no trusted proxy, else the connection's peer.

    `trusted` holds addresses or networks (`192.0.2.0/28`): a cluster's routers change theirs. The
    header is believed only from the hub's own proxy (`by_proxy`) or from a peer that is trusted;
    whoever else reaches a port of the hub is known by their own address, whatever they write.
    The last is what the proxy before us saw; all that stands before it, a client may have written.
    So it may `X-Real-Ip`, which tornado prefers and JupyterHub's proxy passes on untouched.
    """
    if not (by_proxy or is_trusted(peer, trusted)):
        return peer
    for entry in reversed(forwarded.split(",")):
        if not is_trusted(address := read_entry(entry), trusted):
            return address or peer
    return peer


def read_entry(entry: str) -> str:
    """The address in an entry of `X-Forwarded-For`, without the port that some proxies write.

    With it each connection would count as an address of its own.
    """
    found = _WITH_PORT.fullmatch(entry.strip())
    return found["v6"] or found["v4"] if found else entry.strip()


def is_trusted(address: str, trusted: Collection[str]) -> bool:
    """Whether `address` is one of `trusted`, or in one of its networks."""
    if not trusted or address in trusted:
        return bool(trusted)
    try:
        parsed = ipaddress.ip_address(address)
        parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    except ValueError:
        return False
    return any(parsed in network for network in map(_read_network, trusted) if network)


@functools.lru_cache(maxsize=64)
def _read_network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def make_key(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 that an IPv6 network is given."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return f"{parsed.ipv4_mapped}"
        return f"{ipaddress.ip_network((parsed, 64), strict=False)}"
    return f"{parsed}"


class RateLimit:
    """At most `limit` at once, and `limit` in `window` seconds from then on; 0 for no limit.

    Keeps the most recent addresses only: the oldest are forgotten first, which lets them in.
    """

    def __init__(self, limit: int, window: float, most: int = MOST_ADDRESSES) -> None:
        self._limit = limit
        self._window = window
        self._most = most
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._levels)

    def count_try(self, address: str, now: float) -> float:
        """Count one request of an address; return the seconds it has to wait, 0 when it may pass.

        A request that has to wait is not counted.
        """
        if not self._limit:
            return 0.0
        key = make_key(address)
        level = self._level(key, now)
        passes = level + 1 <= self._limit
        self._levels.pop(key, None)
        self._levels[key] = (level + 1 if passes else level, now)
        while len(self._levels) > self._most:
            self._levels.popitem(last=False)
        return self._wait(level)

    def wait_for(self, address: str, now: float) -> float:
        """The seconds that an address has to wait; nothing is counted."""
        return self._wait(self._level(make_key(address), now)) if self._limit else 0.0

    def _level(self, key: str, now: float) -> float:
        level, since = self._levels.get(key, (0.0, now))
        return max(0.0, level - max(0.0, now - since) * self._limit / self._window)

    def _wait(self, level: float) -> float:
        return max(0.0, level + 1 - self._limit) * self._window / self._limit
