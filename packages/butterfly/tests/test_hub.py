"""The hub's gate, when the hub is away, and when it takes a login back."""

import asyncio
import sys

import aiohttp
import pytest

pytestmark = pytest.mark.hub


@pytest.fixture
async def ada(hub_factory, person_factory, request):
    """A hub that is asked again every second, and somebody with a terminal page open."""
    hub = await hub_factory(
        "c.JupyterHub.authenticator_class = 'dummy'\n"
        "c.Authenticator.allow_all = True\n"
        "c.JupyterHub.spawner_class = 'simple'\n"
        "c.JupyterHub.cleanup_servers = False\n"
        f"c.Spawner.cmd = [{sys.executable!r}, '-m', 'jupyterhub_butterfly']\n"
        "c.Spawner.args = ['--ButterflyApp.extensions=[]', '--ButterflyApp.recheck_seconds=1']\n"
    )
    person = person_factory(hub.url)
    await person.log_in("ada")
    status, _ = await hub.api("POST", "users/ada/server")
    if status == 202:
        await hub.logged("User ada took")
    await person.open_terminal("/user/ada/")
    person.hub = hub
    return person


async def test_a_hub_that_is_away_closes_no_terminal(ada):
    async with ada.terminal() as terminal:
        shell = await terminal.run("echo $$")
        await ada.hub.kill()
        await asyncio.sleep(7)  # longer than it takes to ask again
        assert await terminal.run("echo $$") == shell


async def test_a_login_that_the_hub_takes_back_loses_its_sockets(ada):
    async with ada.terminal() as terminal:
        await terminal.run("true")
        _, tokens = await ada.hub.api("GET", "users/ada/tokens")
        for token in tokens["api_tokens"]:
            if "OAuth" in (token["note"] or "") or token.get("oauth_client"):
                await ada.hub.api("DELETE", f"users/ada/tokens/{token['id']}")
        async with asyncio.timeout(20):
            async for _ in terminal.shell:
                pass
        assert terminal.shell.close_code == 4401


async def test_a_shell_does_not_learn_the_hubs_token_from_the_server(ada):
    """As far as one UID allows: root reads all of /proc; test_process.py is an ordinary user."""
    async with ada.terminal() as terminal:
        server = await terminal.run("ps -o ppid= -p $$ | tr -d ' '")
        assert await terminal.run(f"stat -c %U /proc/{server}/environ") == "root"


async def test_activity_reaches_the_hub_from_keys_only(hub_factory, person_factory):
    hub = await hub_factory(
        "c.JupyterHub.authenticator_class = 'dummy'\n"
        "c.Authenticator.allow_all = True\n"
        "c.JupyterHub.spawner_class = 'simple'\n"
        f"c.Spawner.cmd = [{sys.executable!r}, '-m', 'jupyterhub_butterfly']\n"
        "c.Spawner.args = ['--ButterflyApp.extensions=[]', '--ButterflyApp.activity_interval=1']\n"
    )
    person = person_factory(hub.url)
    await person.log_in("ada")
    status, _ = await hub.api("POST", "users/ada/server")
    if status == 202:
        await hub.logged("User ada took")
    await person.open_terminal("/user/ada/")
    async with person.terminal() as terminal:
        mark = len(hub.log)
        await terminal.run("true")
        await hub.logged("/hub/api/users/ada/activity", since=mark)
        mark = len(hub.log)
        await terminal.type("while sleep 0.1; do echo tick; done\r")
        await hub.logged("/hub/api/users/ada/activity", since=mark)
        for _ in range(15):  # meanwhile the last key is reported, after an interval at most
            await terminal.until("tick")
        mark = len(hub.log)
        for _ in range(20):
            await terminal.until("tick")
        assert "users/ada/activity" not in "".join(hub.log[mark:])


async def test_a_refused_handshake_tells_nothing(ada, person_factory):
    stranger = person_factory(ada.hub.url)
    stranger.config = ada.config
    with pytest.raises(aiohttp.WSServerHandshakeError) as error:
        async with stranger.connect("ws"):
            pass
    assert error.value.status == 403


async def test_the_code_of_a_login_that_fails_is_not_logged(ada, person_factory):
    mark = len(ada.hub.log)
    callback = f"{ada.hub.url}user/ada/oauth_callback?code=a-stolen-code&state=none"
    async with person_factory(ada.hub.url).session.get(callback) as answer:
        assert answer.status >= 400
    await ada.hub.logged("GET /user/ada/oauth_callback", since=mark)
    logged = [line for line in ada.hub.log[mark:] if "a-stolen-code" in line]
    assert logged == []
