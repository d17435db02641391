"""What is to be known about an OAuth token without showing it to anybody."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from typing import Any

PREFIX = "sha256~"


def make_name(token: str) -> str:
    """The name of the object in the cluster that stands for ``token``; empty if it has none.

    Since OpenShift 4.6 a token is ``sha256~`` and a random text, and its object's name is
    ``sha256~`` and the unpadded base64url of that text's SHA-256 (recorded in oauth.json).
    """
    if not token.startswith(PREFIX):
        return ""
    digest = hashlib.sha256(token.removeprefix(PREFIX).encode()).digest()
    return PREFIX + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def read_expiry(response: dict[str, Any]) -> float:
    """When the token of a token response ends, in seconds since the epoch; 0 if never said."""
    obtained, lives = response.get("obtained_at"), response.get("expires_in")
    if not isinstance(obtained, int | float) or not isinstance(lives, int | float) or lives <= 0:
        return 0.0
    return float(obtained + lives)


def render_time(seconds: float) -> str:
    """RFC 3339 in UTC; empty for 0."""
    if not seconds:
        return ""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
