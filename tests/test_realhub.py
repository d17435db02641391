"""The hub that other tests stand on really is one: log in, spawn by API, kill, come back."""

import aiohttp
import pytest

pytestmark = pytest.mark.hub

CONFIG = """
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.JupyterHub.cleanup_servers = False
"""


async def test_a_hub_answers_behind_its_proxy_and_survives_a_kill(hub_factory):
    hub = await hub_factory(CONFIG)
    assert (await hub.api("POST", "users/alice"))[0] == 201
    async with aiohttp.ClientSession() as session, session.get(hub.url + "hub/login") as page:
        assert page.status == 200
    await hub.kill()
    await hub.start()
    status, alice = await hub.api("GET", "users/alice")
    assert (status, alice["name"]) == (200, "alice")


async def test_a_hub_that_cannot_start_shows_its_log(hub_factory):
    with pytest.raises(AssertionError, match="no_such_class"):
        await hub_factory('c.JupyterHub.authenticator_class = "no_such_class"')
