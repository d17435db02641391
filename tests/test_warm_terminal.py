"""Pods that wait, with the real terminal and culler: handed over, left alone, cleaned up."""

import asyncio
import secrets
import sys

import pytest

import cluster as demo_cluster
import visitor
from culler_run import cull_once
from pool_rights import allow_pool

pytestmark = [pytest.mark.hub, pytest.mark.slow]
PODS = "/api/v1/namespaces/workshop/pods"
PLACES = {
    "projects": "/api/v1/namespaces",
    "accounts": "/api/v1/namespaces/workshop/serviceaccounts",
    "pods": PODS,
    "secrets": "/api/v1/namespaces/workshop/secrets",
}
CONFIG = """
c.JupyterHub.authenticator_class = "workshop-anonymous"
c.JupyterHub.spawner_class = "workshop"
c.JupyterHub.cleanup_servers = False
c.WorkshopSpawner.namespace = "workshop"
c.WorkshopSpawner.application = "workshop"
c.WorkshopSpawner.image = "pocket/terminal"
c.WorkshopSpawner.cmd = ["jupyterhub-butterfly", "--ip=$(POD_IP)"]
c.WorkshopSpawner.reserved_sessions = 1
c.WorkshopSpawner.reserved_pods = 1
c.WorkshopSpawner.reserved_pod_launcher = [{python!r}, "-m", "workshop_launch"]
c.Spawner.http_timeout = 10
c.JupyterHub.services += [{{"name": "culler", "api_token": "{token}"}}]
c.JupyterHub.load_roles += [{{
    "name": "culler",
    "services": ["culler"],
    "scopes": ["list:users", "read:users:activity", "read:users:groups", "read:servers",
               "delete:servers", "delete:users"],
}}]
"""


@pytest.fixture
async def workshop(cluster, hub_factory, tmp_path):
    """A hub with a terminal that waits; its culler runs when `cull` is called."""
    account = await demo_cluster.prepare(cluster.kubeconfig, tmp_path / "hub.kubeconfig")
    allow_pool(cluster, "workshop")
    cluster.start_node()
    token = secrets.token_hex(16)
    config = CONFIG.format(token=token, python=sys.executable)
    hub = await hub_factory(config, env={"KUBECONFIG": str(account)})

    async def cull():
        return await cull_once(hub.hub_port, token, account, "--timeout=0", "--max-age=1")

    return hub, cull


def names(cluster, kind, of="session"):
    found = cluster.request("GET", f"{PLACES[kind]}?labelSelector=class%3D{of}").body["items"]
    return [f"{kind}/{item['metadata']['name']}" for item in found]


def left_in(cluster):
    """What the cluster has of any session, as "kind/name"."""
    return [name for kind in PLACES for name in names(cluster, kind)]


def find_waiting(cluster):
    """The uid of the pod that is ready and waits; empty where there is none."""
    found = cluster.request("GET", f"{PODS}?labelSelector=class%3Dreserve").body["items"]
    ready = [
        pod["metadata"]["uid"]
        for pod in found
        if "deletionTimestamp" not in pod["metadata"]
        and all(c["ready"] for c in pod["status"].get("containerStatuses") or [{"ready": False}])
    ]
    return ready[0] if ready else ""


async def test_a_terminal_that_waits_is_somebodys_and_nothing_stays_of_a_hub_that_dies(
    cluster, workshop
):
    hub, cull = workshop
    first = await cluster.until(lambda: find_waiting(cluster), seconds=120)
    async with visitor.Visitor.arrive(hub.url) as one:
        await one.log_in()
        async for _ in one.watch_start():
            pass
        (pod,) = cluster.request("GET", f"{PODS}?labelSelector=class%3Dsession").body["items"]
        assert pod["metadata"]["uid"] == first
        async with one.terminal() as terminal:
            assert await terminal.run('echo "[$JUPYTERHUB_USER]"') == f"[{one.name}]"
            project = pod["metadata"]["annotations"]["spawner/account"]
            assert await terminal.run('echo "[$PROJECT_NAMESPACE]"') == f"[{project}]"
            assert await terminal.run("env | grep -c -e HANDOVER -e API_TOKEN") == "0"
    second = await cluster.until(lambda: find_waiting(cluster), seconds=120)
    # Another visitor's hub dies as soon as the pod is handed over.
    since = len(hub.log)
    async with visitor.Visitor.arrive(hub.url) as other:
        login = asyncio.create_task(other.log_in())
        await hub.logged("was handed over to", since=since)
        await hub.kill()
        login.cancel()
        await asyncio.gather(login, return_exceptions=True)
    await hub.start()
    third = await cluster.until(lambda: find_waiting(cluster), seconds=120)
    assert third != second

    async def is_clean():
        code, said = await cull()
        assert code == 0, said
        return not left_in(cluster)

    # Both are over by then, the one too old, the other nobody's; the pod that waits is neither.
    await hub.until(is_clean, seconds=120)
    assert find_waiting(cluster) == third
    assert len(names(cluster, "projects", "reserve")) == 1
