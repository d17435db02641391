"""The hub's tokens that a person's browsers hold."""

from __future__ import annotations

from typing import Any


def end_browser_sessions(user: Any) -> int:
    """Delete the hub tokens that browsers hold for the user's servers; answers how many.

    The servers and their own tokens stay, so that nothing is lost should it be a mistake.
    """
    ended = [token for token in user.api_tokens if token.session_id]
    for token in ended:
        user.db.delete(token)
    if ended:
        user.db.commit()
    return len(ended)
