"""The API tokens that JupyterHub gives to a session's server, in JupyterHub's database.

JupyterHub forgets which token is a server's when it restarts, and then never revokes it; the note
it writes on each token still tells.
"""

from __future__ import annotations

from typing import Any, Protocol

from jupyterhub.utils import url_escape_path, url_path_join


class TokenOwner(Protocol):
    """A user of the hub, with the database."""

    base_url: str
    orm_user: Any
    db: Any


def make_note(user: TokenOwner, server: str) -> str:
    """The note that JupyterHub writes on the token of a server (jupyterhub/user.py, `spawn`)."""
    return f"Server at {url_path_join(user.base_url, url_escape_path(server), '/')}"


def revoke(user: TokenOwner, server: str) -> int:
    """Delete the tokens of a server that has stopped; return how many there were."""
    note = make_note(user, server)
    to_delete = [token for token in user.orm_user.api_tokens if token.note == note]
    for token in to_delete:
        user.db.delete(token)
    if to_delete:
        user.db.commit()
    return len(to_delete)
