"""The hub is killed, checks its servers, or has no database: what runs goes on. Real hubs."""

from __future__ import annotations

import contextlib
import sqlite3

import psutil
import pytest

pytestmark = pytest.mark.hub
PODS = "/api/v1/namespaces/workshops/pods"
ACCOUNTS = "/api/v1/namespaces/workshops/serviceaccounts"
SPACES = "/api/v1/namespaces"
OURS, RESERVED = "?labelSelector=app%3Dintro", "?labelSelector=app%3Dintro,class%3Dreserve"
BY_NAME = """
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.cleanup_servers = False
"""
RIGHTS = (
    ("clusterroles/workshop-hub-projects", "namespaces"),
    ("namespaces/workshops/roles/workshop-hub", "serviceaccounts"),
)


def allow_patches(site):
    """The two rights that a pool needs beside those of the template."""
    for name, resource in RIGHTS:
        path = f"/apis/rbac.authorization.k8s.io/v1/{name}"
        role = site.as_admin(path)
        role["rules"].append({"apiGroups": [""], "resources": [resource], "verbs": ["patch"]})
        assert site.pocket.request("PUT", path, role).status == 200


def list_ready(site):
    """The names of the reserved sessions that can be handed out."""
    ready = "workshop.jupyter.org/ready"
    found = site.as_admin(ACCOUNTS + RESERVED)["items"]
    return {a["metadata"]["name"] for a in found if ready in a["metadata"]["annotations"]}


async def test_a_hub_killed_while_it_hands_out_has_its_reserve_again_in_seconds(
    site, workshop, visit
):
    site.pocket.start_node()
    allow_patches(site)
    hub = await workshop(
        "c.WorkshopSpawner.reserved_sessions = 2\nc.JupyterHub.cleanup_servers = False\n"
    )
    until = site.pocket.until
    await until(lambda: len(list_ready(site)) == 2)
    # The account is the visitor's, the project not yet: then the hub dies.
    half = site.pocket.faults.add(verb="patch", resource="namespaces", status=503, times=None)
    first = await visit(hub)
    await first.login()
    await until(lambda: half.seen)
    await hub.kill()
    (account,) = site.names(f"{ACCOUNTS}?labelSelector=class%3Dsession")
    assert account in site.names(SPACES + RESERVED), "half of it was handed out"
    site.pocket.faults.clear()
    await hub.start()
    # With a hub that takes what is left for its own only after five minutes this takes as long.
    await until(lambda: len(list_ready(site)) == 2 and is_settled(site), seconds=120)
    second = await visit(hub)
    assert await second.enter() == f"hello from {second.name}"
    assert await first.enter_again() == f"hello from {first.name}"
    told = [read_project(pod) for pod in site.as_admin(PODS)["items"]]
    assert len(told) == len(set(told)) == 2, "no session twice"
    for visitor in (first, second):
        await hub.api("DELETE", f"users/{visitor.name}/server")
    await site.gone()
    await until(lambda: len(list_ready(site)) == 2 and is_settled(site))


def is_settled(site):
    """Whether each project is one of the reserve, or of a session that has its account."""
    accounts = set(site.names(ACCOUNTS + OURS))
    return set(site.names(SPACES + OURS)) <= accounts


def read_project(pod):
    env = pod["spec"]["containers"][0]["env"]
    return {e["name"]: e.get("value") for e in env}["PROJECT_NAMESPACE"]


async def test_a_database_that_is_locked_ends_nobodys_session(site, workshop, visit):
    site.pocket.start_node()
    hub = await workshop(BY_NAME + "c.Spawner.poll_interval = 1\n")
    visitor = await visit(hub)
    await visitor.enter(username="alice", password="x")
    (pod,) = site.as_admin(PODS)["items"]
    with contextlib.closing(sqlite3.connect(hub.folder / "hub.sqlite")) as database:
        database.execute("begin exclusive")
        status, _ = await hub.api("POST", "users/bob")
        assert status in (403, 500), "it cannot even tell who asks"
        await hub.logged("database is locked")
        assert (await visitor.get("user/alice/"))[1] == "hello from alice"
        database.rollback()
    assert (await hub.api("POST", "users/bob"))[0] == 201
    assert (await hub.start_server("bob"))[-1].get("ready"), hub.log_text
    assert (await hub.api("GET", "users/alice"))[1]["servers"][""]["ready"]
    (still,) = (p for p in site.as_admin(PODS)["items"] if p["metadata"]["name"].endswith("alice"))
    assert still["metadata"]["uid"] == pod["metadata"]["uid"]


async def test_a_server_that_the_hub_does_not_listen_for_is_forgotten(site, workshop, visit):
    """As where its database goes away between a start and the listening."""
    site.pocket.start_node()
    deaf = """
from workshop_spawner import WorkshopSpawner
WorkshopSpawner.add_poll_callback = lambda *args, **more: None
"""
    hub = await workshop(BY_NAME + deaf)
    visitor = await visit(hub)
    await visitor.enter(username="alice", password="x")
    (pod,) = site.as_admin(PODS)["items"]
    path = f"{PODS}/{pod['metadata']['name']}"
    assert site.pocket.request("DELETE", f"{path}?gracePeriodSeconds=0").status == 200
    await site.pocket.until(lambda: not site.as_admin(PODS)["items"])
    assert (await hub.api("DELETE", "users/alice/server"))[0] == 204
    assert (await hub.api("GET", "users/alice"))[1]["servers"] == {}
    assert (await hub.start_server("alice"))[-1].get("ready"), hub.log_text


async def test_a_server_that_a_restarted_hub_still_checks_is_kept(site, workshop, visit):
    site.pocket.start_node()
    hub = await workshop(BY_NAME + "c.JupyterHub.init_spawners_timeout = 1\n")
    visitor = await visit(hub)
    await visitor.enter(username="alice", password="x")
    (pod,) = site.as_admin(PODS)["items"]
    await hub.kill()
    server = find_process()
    server.suspend()  # it answers nobody, as on a node that is far too busy
    try:
        await hub.start()
        found = (await hub.api("GET", "users/alice"))[1]["servers"][""]
        assert (found["pending"], found["ready"]) == ("check", False)
    finally:
        server.resume()

    async def is_ready():
        return (await hub.api("GET", "users/alice"))[1]["servers"][""]["ready"]

    await hub.until(is_ready)
    assert site.as_admin(PODS)["items"][0]["metadata"]["uid"] == pod["metadata"]["uid"]
    assert (await visitor.get("user/alice/"))[1] == "hello from alice"


def find_process():
    """The process of the one single-user server that runs."""
    ours = psutil.Process().children(recursive=True)
    (server,) = (p for p in ours if any("single_server" in word for word in p.cmdline()))
    return server
