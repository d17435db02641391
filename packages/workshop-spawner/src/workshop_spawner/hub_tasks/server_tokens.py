"""The API tokens that JupyterHub gives to a session's server, in JupyterHub's database.

JupyterHub forgets which token is a server's when it restarts, and then never revokes it; the note
it writes on each token still tells.
"""

from __future__ import annotations

from typing import Any

from jupyterhub.utils import url_escape_path, url_path_join


def make_note(user: Any, server: str) -> str:
    """The note that JupyterHub writes on the token of a server (jupyterhub/user.py, `spawn`)."""
    return f"Server at {url_path_join(user.base_url, url_escape_path(server), '/')}"


def revoke(user: Any, server: str) -> int:
    """Delete the tokens of a server that has stopped; return how many there were."""
    note = make_note(user, server)
    doomed = [token for token in user.orm_user.api_tokens if token.note == note]
    for token in doomed:
        user.db.delete(token)
    if doomed:
        user.db.commit()
    return len(doomed)
