"""When an OAuth token ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workshop_kube.rules.times import render_timestamp


def read_expiry(response: Mapping[str, Any]) -> float:
    """When the token of a token response ends, in seconds since the epoch; 0 if never said."""
    obtained, lives = response.get("obtained_at"), response.get("expires_in")
    if not isinstance(obtained, int | float) or not isinstance(lives, int | float) or lives <= 0:
        return 0.0
    return float(obtained + lives)


def render_time(seconds: float) -> str:
    """RFC 3339 in UTC; empty for 0."""
    return render_timestamp(seconds) if seconds else ""
