"""Users who are renamed are followed: what lasts of their servers is noted."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

import pytest
from jupyterhub import orm

from workshop_spawner.context import HubContext
from workshop_spawner.hub_tasks import renames
from workshop_spawner.model.session import Hub, Session, make_lasting_names

HUB = Hub("intro", "learning-portal", "workshops", "system:serviceaccount:workshops:hub")
LASTING = make_lasting_names(Session(HUB, "s" * 16, "alice"))


class Written:
    """Notes that are kept in memory."""

    def __init__(self):
        self.moves = []

    async def move(self, *move):
        self.moves.append(move)


@pytest.fixture
def db():
    session = orm.new_session_factory("sqlite:///:memory:")()
    for name in ("alice", "bob"):
        user = orm.User(name=name)
        server = orm.Spawner(name="")
        server.user = user
        session.add(user)
    session.commit()
    yield session
    session.close()
    session.get_bind().dispose()


async def test_who_has_something_that_lasts_is_noted_under_the_new_name(db):
    alice, bob = (orm.User.find(db, name) for name in ("alice", "bob"))
    alice.orm_spawners[""].state = {"workshop_lasting": asdict(LASTING)}
    db.commit()
    context, written = HubContext(), Written()
    unfollow = renames.follow(context, db, written)
    alice.name, bob.name = "alicia", "bobby"
    db.commit()
    await asyncio.gather(*context.tasks)
    assert written.moves == [("alicia", "", LASTING, "alice")]
    alice.name = "alicia"
    unfollow()
    alice.name = "ada"
    assert not context.tasks
