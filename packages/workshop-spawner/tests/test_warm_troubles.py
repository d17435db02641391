"""What goes wrong beside a hand-over: a pod that does not go, a plan that cannot be made."""

from __future__ import annotations

import asyncio
import sys

import pytest

from pool_rights import allow_pool

pytestmark = pytest.mark.hub
PODS = "/api/v1/namespaces/workshops/pods"
ACCOUNTS = "/api/v1/namespaces/workshops/serviceaccounts"
SPACES = "/api/v1/namespaces"
RESERVED = "?labelSelector=app%3Dintro,class%3Dreserve"
SESSIONS = "?labelSelector=app%3Dintro,class%3Dsession"
CONFIG = f"""
from workshop_spawner import warm
from workshop_spawner.rules import plan

warm.PATIENCE = warm.GONE_SECONDS = 1.0
make_plan = plan.make_plan

def make_no_plan(session, *others):
    if session.user == "nobody":
        raise ValueError("no plan can be made")
    return make_plan(session, *others)

plan.make_plan = make_no_plan
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.WorkshopSpawner.reserved_sessions = 2
c.WorkshopSpawner.reserved_pods = 1
c.WorkshopSpawner.reserved_pod_launcher = {[sys.executable, "-m", "workshop_launch"]!r}
"""


def list_ready(site):
    return {
        pod["metadata"]["uid"]
        for pod in site.as_admin(PODS + RESERVED)["items"]
        if all(one.get("ready") for one in pod["status"].get("containerStatuses") or [{}])
    }


async def wait_full(site):
    await site.pocket.until(lambda: len(list_ready(site)) == 1, seconds=60)
    await site.pocket.until(lambda: len(site.names(ACCOUNTS + RESERVED)) == 2, seconds=60)


STUCK = [
    {"status": 409},
    {"status": 429},
    {"status": 500},
    {"drop": "before"},
]


async def test_a_pod_that_does_not_go_costs_no_session(site, workshop):
    site.pocket.start_node()
    allow_pool(site.pocket, "workshops")
    hub = await workshop(CONFIG)
    for number, stuck in enumerate(STUCK):
        await wait_full(site)
        (waiting,) = list_ready(site)
        site.pocket.faults.add(verb="patch", resource="pods", status=500, times=None)
        site.pocket.faults.add(verb="delete", resource="pods", times=None, **stuck)
        name = f"user{number}"
        await hub.api("POST", f"users/{name}")
        starting = asyncio.ensure_future(hub.start_server(name))
        await hub.logged("Going on without a pod that does not go")
        site.pocket.faults.clear()
        assert (await starting)[-1].get("ready"), hub.log_text
        uids = {pod["metadata"]["uid"] for pod in site.as_admin(PODS + SESSIONS)["items"]}
        assert waiting not in uids
        hub.log.clear()
        await hub.api("DELETE", f"users/{name}/server")
        await site.gone()


async def test_a_session_that_was_taken_out_is_removed_where_no_plan_can_be_made(site, workshop):
    site.pocket.start_node()
    allow_pool(site.pocket, "workshops")
    hub = await workshop(CONFIG)
    await wait_full(site)
    (waiting,) = list_ready(site)
    await hub.api("POST", "users/nobody")
    status, _ = await hub.api("POST", "users/nobody/server")
    assert status in (202, 500)
    await hub.logged("no plan can be made")
    await site.gone()
    await site.pocket.until(lambda: waiting not in list_ready(site))
    await wait_full(site)
    await hub.api("POST", "users/ann")
    assert (await hub.start_server("ann"))[-1].get("ready"), hub.log_text
