"""The mark by which the hub knows what came through its own proxy, whatever the peer's address.

Loopback is no mark: sessions of a demo are there too, and in a cluster the proxy's connection may
come from anywhere. A header that the proxy sets, over what a client may have sent, cannot be forged
without the hub's cookie secret.
"""

from __future__ import annotations

import hashlib
import hmac

from workshop_spawner.visitors.hub_objects import StartingHub

HEADER = "x-workshop-proxy"


def make_mark(key: bytes) -> str:
    """The mark of this hub, the same after a restart; `key` is its cookie secret."""
    return hmac.new(key, b"workshop proxy mark", hashlib.sha256).hexdigest()


def is_marked(mark: str, sent: str) -> bool:
    """Whether `sent` is the hub's mark; never where the hub has none."""
    return bool(mark) and hmac.compare_digest(mark.encode(), sent.encode())


def tell_proxy(app: StartingHub) -> str:
    """Have the hub's proxy mark what it passes on; "" where the hub starts no such proxy."""
    command = getattr(app.proxy, "command", None)
    if not app.proxy.should_start or not command:
        return ""
    mark = make_mark(app.cookie_secret)
    app.proxy.command = [*command, "--custom-header", f"{HEADER}: {mark}"]
    return mark
