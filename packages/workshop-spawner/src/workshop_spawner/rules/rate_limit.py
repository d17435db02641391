"""How many visitors one address may make: a leaky bucket an address, in bounded memory.

Time is given.
"""

from __future__ import annotations

import functools
import ipaddress
import re
from collections import OrderedDict
from collections.abc import Collection, Iterable

MOST_ADDRESSES = 10_000
_LOOPBACK = (ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1"))
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


def may_be_proxy(peer: str, own: str, servers: Collection[str], pods: Iterable[str] | None) -> bool:
    """Whether the proxy that the hub has started may connect from `peer`; a session may not.

    `own` is the hub's end of the connection ("": no network), `servers` are the hosts of users'
    servers as the hub's database has them, `pods` the addresses of their pods; None where no watch
    tells. A host that is a name (of a Service, a gateway) tells no pod's address, one of IPv4 not
    that of IPv6: then only this machine's own addresses are the proxy's. Of loopback's it is
    127.0.0.1, from where Linux connects to all of 127.0.0.0/8; the rest are a demo's sessions.
    """
    address = _read_address(peer)
    if address is None or address.is_unspecified:
        return not own  # tornado's word for the peer at a Unix socket
    if address == _read_address(own):
        return True
    if address.is_loopback:
        return address in _LOOPBACK
    known = {_read_address(host) for host in (*servers, *(pods or ()))}
    told = pods is not None or all(one and one.version == address.version for one in known)
    return told and address not in known


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
    parsed = _read_address(address)
    return parsed is not None and any(
        parsed in network for network in map(_read_network, trusted) if network
    )


def _read_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address; one of IPv4 that a socket of IPv6 shows as such."""
    try:
        parsed = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed


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
