"""The pages of the hub's proxy."""

from types import SimpleNamespace

import aiohttp
import pytest

import waiting
from workshop_spawner.visitors import proxy_pages

ANONYMOUS = """
c.JupyterHub.authenticator_class = "workshop-anonymous"
c.JupyterHub.spawner_class = "simple"
"""


@pytest.mark.parametrize(
    ("proxy", "shows"),
    [
        ({"should_start": True, "command": ["chp"]}, True),
        ({"should_start": True, "command": ["chp", "--error-path=/own"]}, False),
        ({"should_start": True, "command": ["chp", "--error-target", "http://x"]}, False),
        ({"should_start": False, "command": ["chp"]}, False),
        ({"should_start": True}, False),
    ],
)
def test_only_a_proxy_that_the_hub_starts_and_that_has_no_others_shows_ours(proxy, shows):
    app = SimpleNamespace(proxy=SimpleNamespace(**proxy))
    assert proxy_pages.show_pages(app) is shows
    assert (str(proxy_pages.FOLDER) in getattr(app.proxy, "command", [])) is shows


def test_the_page_goes_on_by_itself():
    text = (proxy_pages.FOLDER / "error.html").read_text()
    assert '<meta http-equiv="refresh" content="3">' in text
    assert "http://" not in text
    assert "https://" not in text


@pytest.mark.hub
async def test_a_hub_that_is_starting_tells_visitors_one_moment_and_goes_on(hub_factory):
    hub = await hub_factory(ANONYMOUS)
    seen = set()

    async def ask():
        """What a browser is shown; None while nobody listens."""
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"{hub.url}hub/login") as answer,
            ):
                seen.add((answer.status, "One moment" in await answer.text()))
                return answer.status
        except aiohttp.ClientError:
            return None

    assert await ask() == 200
    await hub.kill()
    assert await ask() == 503
    await hub.start()
    await waiting.until_so(lambda: is_answered(ask, 200))
    assert seen <= {(200, False), (503, True), (404, True)}


async def is_answered(ask, status):
    return await ask() == status
