"""JupyterHub's own Spawner as the clean-up sees it."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

from jupyterhub.spawner import Spawner

from workshop_spawner.visitors.hub_objects import Server, servers_of


def test_a_new_server_does_nothing():
    server = Server(Spawner())
    assert (server.is_busy, server.is_stopping, server.runs, server.has_failed) == (False,) * 4
    assert server.stop is None


async def test_a_start_is_cut_off():
    spawner = Spawner()
    spawner._spawn_future = asyncio.ensure_future(asyncio.Event().wait())
    spawner._spawn_pending = True
    server = Server(spawner)
    assert server.is_busy
    await server.cancel_start()
    assert spawner._spawn_future.cancelled()


async def test_a_stop_is_under_way_until_its_last_line():
    spawner = Spawner()
    spawner._stop_pending = True
    assert Server(spawner).is_stopping
    spawner._stop_pending, spawner._stop_future = False, asyncio.get_running_loop().create_future()
    assert Server(spawner).is_stopping
    spawner._stop_future = None
    assert not Server(spawner).is_stopping


def test_servers_have_names():
    user = SimpleNamespace(spawners={"": Spawner(), "two": Spawner()})
    assert sorted(servers_of(user)) == ["", "two"]
