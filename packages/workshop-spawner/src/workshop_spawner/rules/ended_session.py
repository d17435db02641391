"""The session that a person comes back to after its end, read from the address that they ask for.

The terminal's page adds `?ended=CAUSE` to its address once the session has ended, so that the hub,
which answers there after a reload, can say why.
"""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

CAUSES = ("idle", "age", "instructor", "lost")
UNKNOWN = "unknown"
# Below the base URL: the session, and the pages of its start.
OWNED = ("user/", "hub/user/", "hub/spawn/", "hub/spawn-pending/")


def find_cause(next_url: str, prefix: str) -> str:
    """Why the session that `next_url` is an address of has ended: one of `CAUSES`, or `UNKNOWN`.

    Empty for an address of anything else. `prefix` is the hub's base URL, such as "/". Only for
    somebody who has no session now: then the one that they ask for is over, or never was theirs.
    """
    try:
        parts = urlsplit(next_url)
    except ValueError:
        return ""
    if not parts.path.startswith(tuple(f"{prefix}{place}" for place in OWNED)):
        return ""
    said = parse_qs(parts.query).get("ended", [""])[0]
    return said if said in CAUSES else UNKNOWN
