"""Spawner, hub and culler together: whatever is killed or unwell, nothing is orphaned or lost."""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta

import pytest

import cluster as demo_cluster
import visitor
from culler_run import cull_once

pytestmark = pytest.mark.hub

PODS = "/api/v1/namespaces/workshop/pods"
OURS = "?labelSelector=class%3Dsession"
PLACES = {
    "projects": f"/api/v1/namespaces{OURS}",
    "accounts": f"/api/v1/namespaces/workshop/serviceaccounts{OURS}",
    "pods": f"/api/v1/namespaces/workshop/pods{OURS}",
    "secrets": f"/api/v1/namespaces/workshop/secrets{OURS}",
}
CONFIG = """
import os
c.JupyterHub.authenticator_class = "workshop-anonymous"
c.JupyterHub.spawner_class = "workshop"
c.JupyterHub.cleanup_servers = False
c.WorkshopSpawner.namespace = "workshop"
c.WorkshopSpawner.application = "workshop"
c.WorkshopSpawner.budget = "small"
c.WorkshopSpawner.image = "pocket/terminal"
c.WorkshopSpawner.cmd = ["jupyterhub-butterfly", "--ip=$(POD_IP)"]
# How long a restarted hub waits for a start that its predecessor began.
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
    """A hub with its account in the cluster; its culler runs when `cull` is called."""
    account = await demo_cluster.prepare(cluster.kubeconfig, tmp_path / "hub.kubeconfig")
    token = secrets.token_hex(16)
    hub = await hub_factory(CONFIG.format(token=token), env={"KUBECONFIG": str(account)})

    async def cull(*options):
        words = options or ("--timeout=0",)
        return await cull_once(hub.hub_port, token, account, *words)

    return hub, cull


def left_in(cluster):
    """What the cluster has of any session, as "kind/name"."""
    lists = {kind: cluster.request("GET", path).body["items"] for kind, path in PLACES.items()}
    return [f"{kind}/{item['metadata']['name']}" for kind, items in lists.items() for item in items]


def was_asked(cluster, verb, resource):
    """Whether a session's start has sent that request."""
    made_by_hub = (r for r in list(cluster.requests) if r.user.endswith(":workshop:hub"))
    return any((r.verb, r.resource) == (verb, resource) for r in made_by_hub)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("verb", "resource"),
    [
        ("create", "serviceaccounts"),
        ("create", "namespaces"),
        ("create", "rolebindings"),
        ("create", "resourcequotas"),
        ("create", "pods"),
    ],
)
async def test_a_hub_killed_in_the_middle_of_a_start_leaves_no_orphan(
    cluster, workshop, verb, resource
):
    hub, cull = workshop
    # The answer is late: the hub dies while it waits, the object is made all the same.
    fault = cluster.faults.add(verb=verb, resource=resource, delay=3)
    async with visitor.Visitor.arrive(hub.url) as one:
        login = asyncio.create_task(one.log_in())
        await cluster.until(lambda: fault.seen)
        await hub.kill()
        login.cancel()
        await asyncio.gather(login, return_exceptions=True)
    await cluster.until(lambda: was_asked(cluster, verb, resource))
    cluster.faults.clear()
    await hub.start()

    async def users():
        return (await hub.api("GET", "users"))[1]

    # The hub itself gives up the start that it finds in its database; then one pass of the culler,
    # once the visitor has been away for longer than the second that the culler is told to wait.
    async def all_settled():
        return not any(is_busy(user) for user in await users())

    await hub.until(all_settled, seconds=120)
    code, said = await cull()
    assert code == 0, said
    await cluster.until(lambda: not left_in(cluster))
    assert await users() == [], said


def age(moment):
    """The time since an ISO date."""
    return datetime.now(UTC) - datetime.fromisoformat(moment)


def is_busy(user):
    """Whether the hub still has something running or starting for them, or saw them just now."""
    seen = user["last_activity"] or user["created"]
    return user["pending"] or user["server"] or age(seen) < timedelta(seconds=1.5)


@pytest.mark.parametrize("limit", ["--timeout=1", "--max-age=1"], ids=["idle", "too old"])
async def test_a_session_that_is_over_leaves_nothing(cluster, workshop, limit):
    hub, cull = workshop
    cluster.start_node()
    async with visitor.Visitor.arrive(hub.url) as one:
        name = await one.log_in()
        async for _ in one.watch_start():
            pass
        await cluster.until(lambda: len(left_in(cluster)) >= 3)
        # The hub's own clock decides: a pass before the limit ends nothing.
        code, said = await cull("--timeout=3600", "--max-age=3600")
        assert (code, bool(left_in(cluster))) == (0, True), said

        async def old_enough():
            user = (await hub.api("GET", f"users/{name}"))[1]
            return age(user["servers"][""]["last_activity"]) > timedelta(seconds=1.5)

        await hub.until(old_enough)
        code, said = await cull(limit, "--max-age=0" if "timeout" in limit else "--timeout=0")
        assert code == 0, said
        await cluster.until(lambda: not left_in(cluster))

        async def forgotten():
            return (await hub.api("GET", f"users/{name}"))[0] == 404

        await hub.until(forgotten)


async def test_an_api_that_answers_500_for_a_while_costs_nobody_their_session(cluster, workshop):
    hub, cull = workshop
    cluster.start_node()
    async with visitor.Visitor.arrive(hub.url) as one:
        await one.log_in()
        async for _ in one.watch_start():
            pass
        before = left_in(cluster)
        assert len(before) >= 3
        cluster.faults.add(status=500, times=None)
        code, said = await cull()
        assert code != 0, "a pass that could not look says so"
        cluster.faults.clear()
        assert left_in(cluster) == before
        async with one.terminal() as terminal:
            assert await terminal.run("echo still $((40 + 2))") == "still 42", said
        # And when all is well again, one that is alive stays.
        code, said = await cull()
        assert (code, left_in(cluster)) == (0, before), said
