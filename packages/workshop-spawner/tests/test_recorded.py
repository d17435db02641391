"""State is written and read again; what it is for is shown in test_sessions_keep.py."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from workshop_spawner import WorkshopSpawner
from workshop_spawner.model.session import Hub, make_session

HUB = Hub("intro", "m", "default", "system:serviceaccount:default:hub")


def make(**traits):
    user = SimpleNamespace(name="alice", id=1, settings={}, get_auth_state=None)
    return WorkshopSpawner(_mock=True, user=user, **traits)


@pytest.mark.usefixtures("credentials", "close_clients")
async def test_a_renamed_server_takes_its_lasting_names_along():
    spawner = make(application="intro", project="persistent", orm_spawner=None)
    spawner.orm_spawner = SimpleNamespace(name="old", server=None, state=None)
    await spawner.rename("old", "new")
    kept = spawner.orm_spawner.state["workshop_lasting"]
    assert kept["server"] == "old"
    assert kept["project"].startswith("intro-alice-old---")


@pytest.mark.usefixtures("credentials", "close_clients")
async def test_a_state_without_a_running_server_records_no_pod():
    spawner = make(application="intro")
    spawner.orm_spawner = SimpleNamespace(name="", server=None, state=None)
    session = make_session(HUB, "alice")
    spawner.load_state({"pod_name": session.pod, "workshop_session": "nonsense"})
    assert "workshop_session" not in spawner.get_state()
