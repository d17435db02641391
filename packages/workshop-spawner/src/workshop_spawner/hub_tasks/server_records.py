"""What the states of other servers in JupyterHub's database say of names."""

from __future__ import annotations

import json
from typing import Any, Protocol

from jupyterhub import orm
from sqlalchemy import Text, inspect, literal_column


class ServerRecord(Protocol):
    """A server's row in the database."""

    id: int
    user_id: int


def is_named_by_another(server: ServerRecord | None, name: str, *, of_another_user: bool) -> bool:
    """Whether the state of another server (or of another user's) has the name in it.

    A user who was renamed keeps project, home and claim under their names; whoever is called like
    that next gets others.
    """
    session: Any = inspect(server).session if server is not None else None
    if session is None or server is None:
        return False
    others = session.query(orm.Spawner).filter(
        orm.Spawner.user_id != server.user_id if of_another_user else orm.Spawner.id != server.id
    )
    text = literal_column(f"{orm.Spawner.__tablename__}.state", Text)
    holds = text.contains(json.dumps(name), autoescape=True)
    return bool(session.query(others.filter(holds).exists()).scalar())
