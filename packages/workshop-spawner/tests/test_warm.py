"""Visitors are handed over to pods that run already. Real hubs, real pods, the real launcher."""

from __future__ import annotations

import asyncio
import sys

import aiohttp
import pytest

from pool_rights import allow_pool

pytestmark = pytest.mark.hub
PODS = "/api/v1/namespaces/workshops/pods"
ACCOUNTS = "/api/v1/namespaces/workshops/serviceaccounts"
SPACES = "/api/v1/namespaces"
RESERVED = "?labelSelector=app%3Dintro,class%3Dreserve"
SESSIONS = "?labelSelector=app%3Dintro,class%3Dsession"
LAUNCHER = [sys.executable, "-m", "workshop_launch"]
WARM = f"""
c.WorkshopSpawner.reserved_sessions = 3
c.WorkshopSpawner.reserved_pods = 2
c.WorkshopSpawner.reserved_pod_launcher = {LAUNCHER!r}
c.JupyterHub.cleanup_servers = False
c.JupyterHub.authenticate_prometheus = False
"""


def list_waiting(site):
    """The names and uids of the pods that are ready and wait."""
    return {
        pod["metadata"]["name"]: pod["metadata"]["uid"]
        for pod in site.as_admin(PODS + RESERVED)["items"]
        if "deletionTimestamp" not in pod["metadata"]
        and all(c.get("ready") for c in pod["status"].get("containerStatuses") or [{}])
    }


async def wait_full(site, size=2):
    await site.pocket.until(lambda: len(list_waiting(site)) == size, seconds=120)


@pytest.fixture
async def warm(site, workshop):
    """A hub whose pods wait."""
    site.pocket.start_node()
    allow_pool(site.pocket, "workshops")
    hub = await workshop(WARM)
    await wait_full(site)
    return hub


async def count(hub, name, **wanted):
    """A figure of the hub's metrics; 0 where there is none yet."""
    async with aiohttp.ClientSession() as http, http.get(f"{hub.url}hub/metrics") as answer:
        lines = (await answer.text()).splitlines()
    mark = ",".join(f'{key}="{value}"' for key, value in wanted.items())
    head = f"{name}{{{mark}}} " if wanted else f"{name} "
    return sum(float(line.removeprefix(head)) for line in lines if line.startswith(head))


def count_key_reads(site):
    """How often the hub has read the Secret of a session."""
    return sum(
        (record.verb, record.resource) == ("get", "secrets") and record.user.endswith(":hub")
        for record in site.pocket.requests
    )


async def test_a_visitor_is_handed_over_to_a_pod_that_waits(site, warm, visit):
    waiting = list_waiting(site)
    secrets = site.names(f"/api/v1/namespaces/workshops/secrets{RESERVED}")
    visitor = await visit(warm)
    assert await visitor.enter() == f"hello from {visitor.name}"
    (pod,) = site.as_admin(PODS + SESSIONS)["items"]
    name = pod["metadata"]["name"]
    assert waiting[name] == pod["metadata"]["uid"], "it is one that had waited"
    annotations, own_labels = pod["metadata"]["annotations"], pod["metadata"]["labels"]
    assert annotations["hub.jupyter.org/username"] == visitor.name
    assert own_labels["user"] == visitor.name
    assert visitor.name not in str(pod["spec"]), "nothing of theirs is in the pod's specification"
    assert len(secrets) == 2
    assert not count_key_reads(site), "the hub that made the pod knows its key"
    # The other one was never touched, and a new one takes the place of the first.
    await wait_full(site)
    assert set(waiting) - {name} <= set(list_waiting(site))
    assert await count(warm, "workshop_hand_overs_total", outcome="success") == 1
    assert await count(warm, "workshop_session_start_seconds_count", source="warm") == 1
    # A hub that starts again knows it by the name and the UID of its pod.
    await warm.restart()
    assert (await visitor.get(f"user/{visitor.name}/"))[1] == f"hello from {visitor.name}"
    (still,) = site.as_admin(PODS + SESSIONS)["items"]
    assert still["metadata"]["uid"] == pod["metadata"]["uid"]
    # Pods that an earlier hub has made are handed over by the keys in their Secrets.
    another = await visit(warm)
    assert await another.enter() == f"hello from {another.name}"
    assert await count(warm, "workshop_session_start_seconds_count", source="warm") == 1
    assert count_key_reads(site) == 1
    await warm.api("DELETE", f"users/{another.name}/server")
    # It ends as any session: with all that it owned.
    await warm.api("DELETE", f"users/{visitor.name}/server")
    await site.gone()
    assert name not in site.names(PODS)


BY_NAME = """
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.WorkshopSpawner.profile_list = [
    {"display_name": "Plain", "slug": "plain", "default": True},
    {"display_name": "Big", "slug": "big", "kubespawner_override": {"environment": {"BIG": "1"}}},
]
"""
# What goes wrong in a hand-over, and what it is counted as.
FAULTS = [
    ({"verb": "patch", "resource": "pods", "status": 409}, "lost"),
    ({"verb": "patch", "resource": "pods", "status": 500}, "lost"),
    ({"verb": "patch", "resource": "pods", "drop": "after"}, "lost"),
]


async def test_what_goes_wrong_costs_a_pod_and_no_session(site, workshop):
    """Visitors come one after the other, each into another trouble; each is at work in the end."""
    site.pocket.start_node()
    allow_pool(site.pocket, "workshops")
    hub = await workshop(WARM + BY_NAME)
    for number, (fault, outcome) in enumerate(FAULTS):
        await wait_full(site)
        waiting = list_waiting(site)
        before = await count(hub, "workshop_hand_overs_total", outcome=outcome)
        times = 1 if fault.get("status") == 409 else None
        trouble = site.pocket.faults.add(times=times, **fault)
        name = f"user{number}"
        await hub.api("POST", f"users/{name}")
        starting = asyncio.ensure_future(hub.start_server(name))
        await hub.logged("is not handed over, a new one starts", since=0)
        assert trouble.seen
        site.pocket.faults.clear()
        assert (await starting)[-1].get("ready"), hub.log_text
        assert await count(hub, "workshop_hand_overs_total", outcome=outcome) == before + 1
        (pod,) = [p for p in site.as_admin(PODS + SESSIONS)["items"] if labelled(p, name)]
        assert pod["metadata"]["uid"] not in waiting.values(), "a new pod in the reserved session"
        hub.log.clear()
    # Whose pod would be another one gets a new one, and one that waits stays for somebody else.
    await wait_full(site)
    waiting = list_waiting(site)
    await hub.api("POST", "users/big")
    assert (await hub.start_server("big", {"profile": "big"}))[-1].get("ready"), hub.log_text
    assert await count(hub, "workshop_hand_overs_total", outcome="unfit") == 1
    assert set(waiting.items()) <= set(list_waiting(site).items())
    for name in (*(f"user{number}" for number in range(len(FAULTS))), "big"):
        await hub.api("DELETE", f"users/{name}/server")
    await site.gone()


def is_taken(site, pod):
    """Whether the account of a pod that waits is a visitor's already."""
    (owner,) = site.as_admin(f"{PODS}/{pod}")["metadata"]["ownerReferences"]
    return owner["name"] not in site.names(ACCOUNTS + RESERVED)


def labelled(pod, name):
    return pod["metadata"]["annotations"].get("hub.jupyter.org/username") == name


@pytest.mark.parametrize("step", ["account", "pod", "told"])
async def test_a_hub_that_is_killed_in_a_hand_over_leaves_nothing(site, warm, visit, step):
    """After the account, after the pod, after the launcher was told: the next hub goes on."""
    until, faults = site.pocket.until, site.pocket.faults
    if step == "account":
        held = faults.add(verb="patch", resource="namespaces", status=503, times=None)
    elif step == "pod":
        held = faults.add(verb="get", resource="secrets", status=503, times=None)
    first = await visit(warm)
    if step == "told":
        await first.login()
        await warm.logged("was handed over")
    else:
        await first.login()
        await until(lambda: held.seen)
    await warm.kill()
    kept = {uid for name, uid in list_waiting(site).items() if not is_taken(site, name)}
    faults.clear()
    await warm.start()
    await wait_full(site)
    assert len(kept) == 1, "the one that nobody has come for"
    assert kept <= set(list_waiting(site).values()), "it waits for the next hub's visitors"
    second = await visit(warm)
    assert await second.enter() == f"hello from {second.name}"
    assert await first.enter_again() == f"hello from {first.name}"
    pods = site.as_admin(PODS + SESSIONS)["items"]
    assert len({pod["metadata"]["labels"]["user"] for pod in pods}) >= 2
    for visitor in (first, second):
        await warm.api("DELETE", f"users/{visitor.name}/server")
    await site.gone()
    await wait_full(site)
    accounts = set(site.names(ACCOUNTS + RESERVED))
    assert set(site.names(SPACES + RESERVED)) == accounts
    owners = [p["metadata"]["ownerReferences"][0]["name"] for p in site.as_admin(PODS)["items"]]
    assert set(owners) <= accounts
