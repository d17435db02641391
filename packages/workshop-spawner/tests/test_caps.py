"""Limits of profiles and groups on a real hub: a queue each, kept over a restart."""

from __future__ import annotations

import asyncio

import pytest

pytestmark = pytest.mark.hub
CONFIG = """
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.cleanup_servers = False
c.JupyterHub.load_groups = {"class-a": {"users": ["ann", "abe"]}, "class-b": {"users": ["bea"]}}
c.WorkshopSpawner.profile_list = [
    {"display_name": "Plain", "slug": "plain", "default": True},
    {"display_name": "With a GPU", "slug": "gpu"},
]
c.WorkshopSpawner.profile_limits = {"gpu": 1}
c.WorkshopSpawner.group_limits = {"class-a": 1}
"""
GPU = {"profile": "gpu"}


async def start(hub, name, options=None):
    """`ready`, or what the refusal says."""
    status, said = await hub.api("POST", f"users/{name}/server", options)
    if status not in (201, 202):
        return str(said)

    async def is_up():
        _, model = await hub.api("GET", f"users/{name}")
        return model["servers"].get("", {}).get("ready")

    await hub.until(is_up)
    return "ready"


async def test_a_full_profile_or_group_is_a_queue_and_takes_nobody_elses_place(site, workshop):
    site.pocket.start_node()
    hub = await workshop(CONFIG)
    for name in ("cy", "dan"):
        await hub.api("POST", f"users/{name}")
    # Two at the same moment, one place: one of them waits.
    said = await asyncio.gather(start(hub, "cy", GPU), start(hub, "dan", GPU))
    waits = "The only place of the profile gpu is taken; you are next (number 1 in the queue)."
    refused = [each for each in said if each != "ready"]
    assert len(refused) == 1, said
    assert waits in refused[0]
    (waiting,) = [name for name, each in zip(("cy", "dan"), said, strict=True) if each != "ready"]
    (inside,) = {"cy", "dan"} - {waiting}
    assert await start(hub, "ann") == "ready"
    assert "The only place of the group class-a is taken" in await start(hub, "abe")
    assert await start(hub, "bea") == "ready", "another class has places of its own"
    # A hub that starts again counts what runs by what its pods say.
    await hub.restart()
    assert "of the group class-a is taken" in await start(hub, "abe")
    assert waits in await start(hub, waiting, GPU)
    await hub.api("DELETE", f"users/{inside}/server")
    assert await hub.until(lambda: is_ready(hub, waiting))


async def is_ready(hub, name):
    return await start(hub, name, GPU) == "ready"
