"""The hub's tokens that a person's browsers hold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from jupyterhub.orm import APIToken
from sqlalchemy.orm import Session


class BrowserUser(Protocol):
    """What is needed of the hub's user."""

    db: Session
    api_tokens: Iterable[APIToken]


def end_browser_sessions(user: BrowserUser) -> int:
    """Delete the hub tokens that browsers hold for the user's servers; answers how many.

    The servers and their own tokens stay, so that nothing is lost should it be a mistake.
    """
    ended = [token for token in user.api_tokens if token.session_id]
    for token in ended:
        user.db.delete(token)
    if ended:
        user.db.commit()
    return len(ended)
