"""A class is prepared with the real culler, spawner and terminal; the hub is killed meanwhile."""

import secrets
import sys

import aiohttp
import pytest

import cluster as demo_cluster
from pool_rights import allow_pool

pytestmark = [pytest.mark.hub, pytest.mark.slow]
PODS = "/api/v1/namespaces/workshop/pods"
WAITING = "?labelSelector=class%3Dreserve"
LAUNCHER = [sys.executable, "-m", "workshop_launch"]
CONFIG = """
import sys
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "workshop"
c.JupyterHub.cleanup_servers = False
c.WorkshopSpawner.namespace = "workshop"
c.WorkshopSpawner.application = "workshop"
c.WorkshopSpawner.image = "pocket/terminal"
c.WorkshopSpawner.cmd = ["jupyterhub-butterfly", "--ip=$(POD_IP)"]
c.WorkshopSpawner.reserved_pod_launcher = {launcher!r}
c.Spawner.http_timeout = 10
c.JupyterHub.services += [
    {{
        "name": "workshop-culler",
        "command": [sys.executable, "-m", "workshop_culler", "--timeout=1", "--cull-every=1",
                    "--state-file={folder}/culler.json", "--WorkshopCuller.grace_after_start=0",
                    # Who has come is not ended after a second: the pods are counted then.
                    "--WorkshopCuller.policies=[{{'match': {{'user': 'bob'}}, 'idle': 0}}]"],
        "url": "http://127.0.0.1:{port}",
    }},
    {{"name": "grace", "api_token": "{token}"}},
]
c.JupyterHub.load_roles += [
    {{"name": "culler", "services": ["workshop-culler"],
      "scopes": ["list:users", "read:users:activity", "read:users:groups", "servers"]}},
    {{"name": "grace", "services": ["grace"],
      "scopes": ["access:services!service=workshop-culler", "servers"]}},
]
"""


def list_uids(cluster, selector=""):
    found = cluster.request("GET", PODS + selector).body["items"]
    return {pod["metadata"]["uid"] for pod in found if "deletionTimestamp" not in pod["metadata"]}


async def test_a_class_is_ready_and_stays_so_when_the_hub_is_killed(
    cluster, hub_factory, held_port, tmp_path
):
    account = await demo_cluster.prepare(cluster.kubeconfig, tmp_path / "hub.kubeconfig")
    allow_pool(cluster, "workshop")
    cluster.start_node()
    token = secrets.token_hex(16)
    config = CONFIG.format(launcher=LAUNCHER, folder=tmp_path, port=held_port, token=token)
    hub = await hub_factory(config, env={"KUBECONFIG": str(account)})
    await hub.logged("judged ")
    await hub.api("POST", "users/ann")

    async def ask(method, body=None):
        headers = {"Authorization": f"token {token}"}
        url = f"{hub.url}services/workshop-culler/api/prestart"
        async with (
            aiohttp.ClientSession(headers=headers) as http,
            http.request(method, url, json=body) as answer,
        ):
            is_json = answer.content_type == "application/json"
            return answer.status, await answer.json() if is_json else {}

    async def is_ready():
        status, told = await ask("GET")
        return status == 200 and told["prestart"] and told["prestart"]["ready"] == 3

    async def is_asked():
        return (await ask("POST", {"places": 2, "people": ["ann"]}))[0] == 202

    await hub.until(is_asked)
    await hub.until(is_ready)
    # Of whom nobody has come: an idle limit of a second ends none of them.
    before = list_uids(cluster)
    assert len(before) == 3
    await hub.kill()
    await hub.start()
    await hub.until(is_ready)
    assert list_uids(cluster) == before, "nothing is made twice"
    await hub.api("POST", "users/bob")
    waiting = list_uids(cluster, WAITING)
    assert (await hub.start_server("bob"))[-1].get("ready"), hub.log_text
    assert list_uids(cluster) == before, "bob has a pod that waited"
    await cluster.until(lambda: len(list_uids(cluster, WAITING)) == len(waiting) - 1)
    await hub.until(is_ready)
    assert (await ask("DELETE"))[1] == {"prestart": None}
    await cluster.until(lambda: not list_uids(cluster, WAITING))
