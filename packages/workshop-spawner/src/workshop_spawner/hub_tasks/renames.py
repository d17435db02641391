"""Follow users who are renamed: what lasts of their servers is noted under their new names.

JupyterHub tells a spawner of a renamed server, and nobody of a renamed user.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jupyterhub import orm
from sqlalchemy import event, inspect

from workshop_spawner.context import HubContext, Notes
from workshop_spawner.model import naming, records


def follow(context: HubContext, db: Any, notes: Notes) -> Callable[[], None]:
    """Follow the users of this database from now on; returns what ends that."""

    def see(user: Any, new: object, old: object, _: object) -> None:
        if inspect(user).session is not db or not isinstance(old, str) or old == new:
            return
        for server in user.orm_spawners.values():
            lasting = records.read_lasting((server.state or {}).get("workshop_lasting"))
            if lasting is not None:
                slug = naming.make_slug(old, server.name)
                context.spawn_task(notes.move(str(new), server.name, lasting, slug))

    event.listen(orm.User.name, "set", see, active_history=True)
    return lambda: event.remove(orm.User.name, "set", see)
