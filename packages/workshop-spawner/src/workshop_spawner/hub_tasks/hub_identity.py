"""Who this hub is, by its database: two hubs of one name have two, a restarted hub has its own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, MetaData, String, Table, insert, select

from workshop_spawner.model import naming

_TABLE = Table("workshop_spawner_hub", MetaData(), Column("id", String(32), primary_key=True))


def read_hub_id(db: Any) -> str:
    """The id of the hub whose database session this is; drawn when it is first asked for."""
    _TABLE.create(db.connection(), checkfirst=True)
    found = db.execute(select(_TABLE.c.id)).scalar()
    if found is None:
        found = naming.make_random(16)
        db.execute(insert(_TABLE).values(id=found))
    db.commit()
    return str(found)
