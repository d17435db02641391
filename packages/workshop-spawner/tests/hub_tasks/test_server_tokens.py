"""Tokens of a session are revoked when it ends, also by a hub that was restarted."""

from __future__ import annotations

import base64

import aiohttp
import pytest

pytestmark = pytest.mark.hub


@pytest.mark.parametrize("restart", [False, True], ids=["same hub", "restarted hub"])
async def test_a_token_dies_with_its_session(site, workshop, visit, restart):
    site.pocket.start_node()
    hub = await workshop("c.JupyterHub.cleanup_servers = False")
    visitor = await visit(hub)
    await visitor.enter()
    secret = site.as_admin(f"/api/v1/namespaces/workshops/secrets/intro-{visitor.name}")
    token = base64.b64decode(secret["data"]["api-token"]).decode()

    async def ask():
        url = f"http://127.0.0.1:{hub.hub_port}/hub/api/user"
        async with (
            aiohttp.ClientSession(headers={"Authorization": f"token {token}"}) as http,
            http.get(url) as answer,
        ):
            return answer.status

    if restart:
        await hub.restart()
    assert await ask() == 200
    assert (await hub.api("DELETE", f"users/{visitor.name}/server"))[0] == 204
    assert await ask() == 403
