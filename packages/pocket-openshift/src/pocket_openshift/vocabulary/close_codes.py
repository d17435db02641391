"""How websockets end (RFC 6455, section 7.4.1). Pure."""

from __future__ import annotations

NORMAL, GOING_AWAY, NO_CODE, ABNORMAL, NO_TLS = 1000, 1001, 1005, 1006, 1015


def choose_close_code(code: int | None) -> int:
    """How to close a websocket whose other side ended so; some codes are never sent."""
    if code == NO_CODE:
        return NORMAL
    return GOING_AWAY if code in (None, ABNORMAL, NO_TLS) else code
