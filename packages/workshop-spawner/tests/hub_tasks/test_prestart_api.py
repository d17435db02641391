"""Places ahead of a class, asked of a real hub: held, used, taken back, and kept over a restart."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from pool_rights import allow_pool

pytestmark = pytest.mark.hub
PODS = "/api/v1/namespaces/workshops/pods"
ACCOUNTS = "/api/v1/namespaces/workshops/serviceaccounts"
RESERVED = "?labelSelector=app%3Dintro,class%3Dreserve"
CONFIG = f"""
c.WorkshopSpawner.session_limit = 5
c.WorkshopSpawner.reserved_pod_launcher = {[sys.executable, "-m", "workshop_launch"]!r}
c.JupyterHub.cleanup_servers = False
c.JupyterHub.services += [{{"name": "culler", "api_token": "{"c" * 32}"}}]
c.JupyterHub.services += [{{"name": "helper", "api_token": "{"d" * 32}"}}]
c.JupyterHub.load_roles += [
    {{"name": "culler", "services": ["culler"], "scopes": ["servers"]}},
    {{"name": "helper", "services": ["helper"], "scopes": ["servers!user=root"]}},
]
"""
SENT = {"places": 2, "until": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}


def list_waiting(site):
    """The names of the pods that wait."""
    return set(site.names(PODS + RESERVED))


async def ask(hub, method, body=None, token="c" * 32):
    headers = {"Authorization": f"token {token}"} if token else {}
    url = f"{hub.url}hub/api/workshop/prestart"
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.request(method, url, json=body) as answer,
    ):
        text = await answer.text()
        return answer.status, json.loads(text)


async def test_places_are_held_used_kept_over_a_restart_and_taken_back(site, workshop, visit):
    site.pocket.start_node()
    hub = await workshop(CONFIG)
    assert (await ask(hub, "GET", token=""))[0] == 403
    assert (await ask(hub, "PUT", SENT, token="d" * 32))[0] == 403

    async def is_there():
        return (await ask(hub, "GET"))[0] == 200

    await hub.until(is_there)
    # Without the rights that a pool takes, nothing is promised.
    status, told = await ask(hub, "PUT", SENT)
    assert status == 409
    assert "lacks the right to patch serviceaccounts" in told["message"]
    allow_pool(site.pocket, "workshops")
    for body, status in (({"places": 6}, 400), ({"places": 2, "until": "9:00"}, 400), ([], 400)):
        assert (await ask(hub, "PUT", body))[0] == status
    site.pocket.faults.add(verb="patch", resource="leases", status=409)
    status, told = await ask(hub, "PUT", SENT)
    assert (status, "nothing was changed" in told["message"]) == (503, True)

    assert (await ask(hub, "PUT", SENT))[0] == 200

    async def is_ready():
        return (await ask(hub, "GET"))[1]["ready"] == 2

    await hub.until(is_ready)
    waiting = list_waiting(site)
    assert len(waiting) == 2
    # Sent again it changes nothing, and a hub that starts again goes on.
    assert (await ask(hub, "PUT", SENT))[1]["ready"] == 2
    await hub.restart()
    await hub.until(is_ready)
    assert list_waiting(site) == waiting
    visitor = await visit(hub)
    assert await visitor.enter() == f"hello from {visitor.name}"
    status, told = await ask(hub, "GET")
    assert (told["asked"]["used"], told["ready"]) == (1, 2)
    assert await ask(hub, "DELETE") == (200, {"asked": None, "ready": 0, "why": []})
    assert (await ask(hub, "DELETE"))[0] == 200
    await site.pocket.until(lambda: not site.names(ACCOUNTS + RESERVED))
    await site.pocket.until(lambda: not site.names(PODS + RESERVED))
    assert (await visitor.get(f"user/{visitor.name}/"))[1] == f"hello from {visitor.name}"
