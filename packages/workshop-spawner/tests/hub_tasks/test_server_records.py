"""Names in the states of other servers, in a database as JupyterHub's."""

from __future__ import annotations

import pytest
from jupyterhub import orm

from workshop_spawner.hub_tasks.server_records import is_named_by_another


@pytest.fixture
def servers(tmp_path):
    """Alice's two servers and bob's, the last two with a state."""
    db = orm.new_session_factory(f"sqlite:///{tmp_path}/hub.sqlite")()
    alice, bob = orm.User(name="alice"), orm.User(name="bob")
    made = [
        orm.Spawner(user=alice, name=""),
        orm.Spawner(user=alice, name="one", state={"workshop_lasting": {"project": "p-a_b"}}),
        orm.Spawner(user=bob, name="", state={"pvc_name": "claim-bob"}),
    ]
    db.add_all([alice, bob, *made])
    db.commit()
    yield made
    engine = db.get_bind()
    db.close()
    engine.dispose()


def test_a_name_of_another_server_is_taken(servers):
    first, second, _ = servers
    assert is_named_by_another(first, "p-a_b", of_another_user=False)
    assert not is_named_by_another(first, "p-a_b", of_another_user=True)
    assert not is_named_by_another(second, "p-a_b", of_another_user=False)
    assert is_named_by_another(first, "claim-bob", of_another_user=True)


@pytest.mark.parametrize("name", ["p-a", "p-aXb", "%", "claim", ""])
def test_only_whole_names_count(servers, name):
    assert not is_named_by_another(servers[0], name, of_another_user=False)


def test_a_server_without_a_database_has_no_others():
    assert not is_named_by_another(None, "x", of_another_user=False)
