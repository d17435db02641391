"""The hub's database goes away while the hub runs, and comes back. Real hubs and databases."""

from __future__ import annotations

import sys

import pytest

import postgres

pytestmark = pytest.mark.hub
PODS = "/api/v1/namespaces/workshops/pods"
AWAY = "The hub cannot reach its database. Sessions that run go on; try again in a minute."
MORE_SQLITE = """
c.JupyterHub.cleanup_servers = False
c.Spawner.poll_interval = 2
c.JupyterHub.db_url = "sqlite:///{folder}/hub.sqlite"
"""
MORE = """
c.JupyterHub.cleanup_servers = False
c.Spawner.poll_interval = 2
c.JupyterHub.services.append({{
    "name": "workshop-culler",
    "command": [{python!r}, "-m", "workshop_culler", "--timeout=3600", "--cull-every=1",
                "--anonymous-timeout=60", "--clean-cluster=True", "--application=intro",
                "--namespace=workshops", "--WorkshopCuller.orphan_grace=0"],
    "url": "http://127.0.0.1:{port}",
    "environment": {{"KUBECONFIG": {kubeconfig!r}}},
}})
c.JupyterHub.load_roles.append({{
    "name": "workshop-culler", "services": ["workshop-culler"],
    "scopes": ["list:users", "read:users:activity", "read:users:groups", "read:servers",
               "delete:servers", "delete:users"],
}})
"""


@pytest.mark.skipif(
    bool(postgres.problem_with_postgres()), reason=postgres.problem_with_postgres() or ""
)
async def test_a_postgresql_that_is_away_for_a_while(site, workshop, visit, held_port):
    site.pocket.start_node()
    values = {"python": sys.executable, "port": held_port, "kubeconfig": str(site.kubeconfig)}
    with postgres.make_server() as server:
        server.start()
        place = f"postgresql+psycopg://jupyterhub:{postgres.PASSWORD}@{server.address}/postgres"
        hub = await workshop(MORE.format(**values) + f"c.JupyterHub.db_url = {place!r}\n")
        visitor = await visit(hub)
        await visitor.enter()
        await hub.logged("judged ")
        (pod,) = site.as_admin(PODS)["items"]
        stranger = await visit(hub)
        _, page, _ = await stranger.get("hub/login")
        since = len(hub.log)
        server.stop()
        # A page that is open goes on; whoever asks the hub is told, and not taken for a stranger.
        assert (await visitor.get(f"user/{visitor.name}/"))[1] == f"hello from {visitor.name}"
        for person, path in ((visitor, "hub/home"), (stranger, "hub/login")):
            status, said, _ = await person.get(path)
            assert (status, AWAY in said) == (503, True), path
        status, said, _ = await stranger.press(page, "hub/login")
        assert (status, AWAY in said) == (503, True)
        # Neither the hub's poll nor the culler takes for gone what they cannot ask about.
        await hub.logged("Cannot tell whether", since=since)
        await hub.logged("the pass ended early", since=since)
        since = len(hub.log)
        await hub.logged("the pass ended early", since=since)
        server.start()
        await hub.until(lambda: is_known(hub, visitor))
        assert (await stranger.enter()) == f"hello from {stranger.name}"
        assert (await visitor.get(f"user/{visitor.name}/"))[1] == f"hello from {visitor.name}"
        assert pod["metadata"]["uid"] in {
            p["metadata"]["uid"] for p in site.as_admin(PODS)["items"]
        }


async def test_a_folder_of_sqlite_that_is_gone(site, workshop, visit):
    site.pocket.start_node()
    folder = site.kubeconfig.parent / "database"
    folder.mkdir()
    hub = await workshop(MORE_SQLITE.format(folder=folder))
    visitor = await visit(hub)
    await visitor.enter()
    (pod,) = site.as_admin(PODS)["items"]
    stranger = await visit(hub)
    _, page, _ = await stranger.get("hub/login")
    away = folder.rename(folder.with_name("away"))
    assert (await visitor.get(f"user/{visitor.name}/"))[1] == f"hello from {visitor.name}"
    status, said, _ = await stranger.press(page, "hub/login")
    assert status >= 500
    assert AWAY in said
    away.rename(folder)
    assert (await stranger.enter()) == f"hello from {stranger.name}"
    assert (await visitor.get(f"user/{visitor.name}/"))[1] == f"hello from {visitor.name}"
    assert pod["metadata"]["uid"] in list_uids(site)


def list_uids(site):
    return [pod["metadata"]["uid"] for pod in site.as_admin(PODS)["items"]]


async def is_known(hub, visitor):
    """Whether the hub has its database again."""
    return (await hub.api("GET", f"users/{visitor.name}"))[0] == 200
