"""How many visitors one address may make: a leaky bucket an address, in bounded memory.

Pure but for the buckets it keeps; time is given. Called by handlers.py.
"""

import ipaddress
from collections import OrderedDict
from collections.abc import Collection

MOST_ADDRESSES = 10_000


def find_address(peer: str, forwarded: str, trusted: Collection[str]) -> str:
    """Who asks: the last of `X-Forwarded-For` that is no trusted proxy, else the connection's peer.

    The last is what the proxy before us saw; all that stands before it, a client may have written.
    So it may `X-Real-Ip`, which tornado prefers and JupyterHub's proxy passes on untouched.
    """
    for entry in reversed(forwarded.split(",")):
        if (address := entry.strip()) not in trusted:
            return address or peer
    return peer


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

    def judge(self, address: str, now: float) -> float:
        """Count one request of an address; return the seconds it has to wait, 0 when it may pass.

        A request that has to wait is not counted.
        """
        if not self._limit:
            return 0.0
        key = make_key(address)
        level, since = self._levels.pop(key, (0.0, now))
        rate = self._limit / self._window
        level = max(0.0, level - max(0.0, now - since) * rate)
        passes = level + 1 <= self._limit
        self._levels[key] = (level + 1 if passes else level, now)
        while len(self._levels) > self._most:
            self._levels.popitem(last=False)
        return 0.0 if passes else (level + 1 - self._limit) / rate
