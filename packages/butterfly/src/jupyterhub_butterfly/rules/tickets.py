"""Tickets for sockets: proof that our own page, served to this login, opens the socket.

A browser sends cookies with a foreign page's websocket too; it cannot send the ticket, as it cannot
read our page.
"""

from __future__ import annotations

import hashlib
import hmac

# The ticket travels as an offered subprotocol, not in the URL, so that no log has it.
OFFER = "ticket."


def make_ticket(secret: bytes, binding: str) -> str:
    """Return the ticket for one login; good as long as the login and this process live."""
    return hmac.new(secret, b"socket:" + binding.encode(), hashlib.sha256).hexdigest()


def is_ticket(ticket: str | None, secret: bytes, binding: str) -> bool:
    """Tell whether the ticket was made for this login, in constant time."""
    if not ticket:
        return False
    return hmac.compare_digest(ticket.encode(), make_ticket(secret, binding).encode())


def find_offer(subprotocols: list[str], prefix: str) -> str | None:
    """Find the value that a client offered under `prefix` in Sec-WebSocket-Protocol."""
    for offer in subprotocols:
        if offer.startswith(prefix):
            return offer[len(prefix) :]
    return None
