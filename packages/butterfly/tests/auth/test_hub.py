"""The hub's gate, when the hub is away, and when it takes a login back."""

import asyncio
import html
import os
import shutil
import sys
import tempfile
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import aiohttp
import pytest

import postgres
from jupyterhub_butterfly.auth import hub

pytestmark = pytest.mark.hub
needs_postgres = pytest.mark.skipif(
    bool(postgres.problem_with_postgres()), reason=postgres.problem_with_postgres() or ""
)
NOBODY = 65534
# Looks often whom to ask about. As root it goes on as an ordinary user, who has
# read what comes later and, as after exec, does not hide its memory by itself.
PROGRAM = f"""
import ctypes, encodings.idna, os
import jupyterhub_butterfly.app as app
from jupyterhub_butterfly.auth import hub
from jupyterhub_butterfly.hub import hubclient
hubclient.load(); app.find_hub_version(); app.clients.find_butterfly()
if os.getuid() == 0:
    os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
app.SWEEP_SECONDS = 0.1
app.main()
"""
CONFIG = """
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.JupyterHub.cleanup_servers = False
c.SimpleLocalProcessSpawner.home_dir_template = {home!r}
c.Spawner.cmd = [{python!r}, "-c", {program!r}]
c.Spawner.args = ["--ButterflyApp.extensions=[]", "--ButterflyApp.recheck_seconds=1"]
"""
# How many tokens of a hub the environment of process $1 has, as far as we may read it.
LOOK = "tr '\\0' '\\n' < /proc/$1/environ | grep -c ^JUPYTERHUB_API_TOKEN="


@pytest.fixture
def home():
    """A home that everybody may enter, unlike `tmp_path`."""
    folder = Path(tempfile.mkdtemp(prefix="home-"))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def database():
    """More of the hub's configuration; a test with a database of its own has another."""
    return ""


@pytest.fixture
async def ada(hub_factory, person_factory, home, database):
    """A hub that is asked again every second, and somebody with a terminal page open."""
    config = CONFIG.format(home=str(home), python=sys.executable, program=PROGRAM)
    hub = await hub_factory(config + database, env={"PYTHONDONTWRITEBYTECODE": "1"})
    person = person_factory(hub.url)
    await person.log_in("ada")
    status, _ = await hub.api("POST", "users/ada/server")
    if status == 202:
        await hub.logged("User ada took")
    await person.open_terminal("/user/ada/")
    person.hub = hub
    return person


async def test_a_hub_that_is_away_closes_no_terminal(ada):
    asked = asyncio.Semaphore(0)

    async def hang_up(reader, writer):
        await reader.readline()
        writer.close()
        asked.release()

    async with ada.terminal() as terminal:
        shell = await terminal.run("echo $$")
        await ada.hub.kill()
        async with await asyncio.start_server(hang_up, "127.0.0.1", ada.hub.hub_port):
            async with asyncio.timeout(120):
                for _ in range(4):  # both sockets, twice: the first answers are taken
                    await asked.acquire()
            assert await terminal.run("echo $$") == shell


@pytest.fixture
def server():
    """A PostgreSQL that runs."""
    with postgres.make_server() as made:
        made.start()
        yield made


@needs_postgres
class TestWithoutDatabase:
    """Of a hub whose database is away JupyterHub's API says 403 to everybody."""

    @pytest.fixture
    def database(self, server):
        place = f"postgresql+psycopg://jupyterhub:{postgres.PASSWORD}@{server.address}/postgres"
        return f"c.JupyterHub.db_url = {place!r}\n"

    async def test_a_hub_whose_database_is_away_logs_nobody_out(self, ada, server):
        async with ada.terminal() as terminal:
            shell = await terminal.run("echo $$")
            server.stop()
            since = len(ada.hub.log)
            for _ in range(2):
                await ada.hub.logged("Could not check a socket's login again", since=since)
                since = len(ada.hub.log)
            assert await terminal.run("echo $$") == shell
            assert "its socket is closed" not in ada.hub.log_text
            server.start()


async def test_a_login_that_the_hub_takes_back_loses_its_sockets(ada):
    async with ada.terminal() as terminal:
        await terminal.run("true")
        _, tokens = await ada.hub.api("GET", "users/ada/tokens")
        for token in tokens["api_tokens"]:
            if "OAuth" in (token["note"] or "") or token.get("oauth_client"):
                await ada.hub.api("DELETE", f"users/ada/tokens/{token['id']}")
        async with asyncio.timeout(120):
            async for _ in terminal.shell:
                pass
        assert terminal.shell.close_code == 4401


async def test_a_shell_does_not_learn_the_hubs_token_from_the_server(ada, home):
    (home / "look.sh").write_text(LOOK)
    async with ada.terminal() as terminal:
        assert (await terminal.run("id -u")) == str(os.getuid() or NOBODY)
        # It can be read of any other process of this user that has one.
        seen = await terminal.run("JUPYTERHUB_API_TOKEN=x sh -c 'sh look.sh $$'")
        assert seen == "1"
        server = await terminal.run("echo $PPID; tr '\\0' ' ' < /proc/$PPID/cmdline")
        assert "jupyterhub_butterfly" in server
        hidden = await terminal.run("sh look.sh $PPID")
        assert hidden.endswith("\n0"), hidden
        assert "ermission denied" in hidden
        assert "ermission denied" in await terminal.run("head -c 1 /proc/$PPID/mem")
        assert await terminal.run("env | grep -c JUPYTERHUB_API_TOKEN") == "0"


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


async def test_a_login_that_fails_says_what_to_do(ada, person_factory):
    """JupyterHub's own handler would show the name of the error and nothing else."""
    session = person_factory(ada.hub.url).session
    server = f"{ada.hub.url}user/ada/"

    async def begin():
        async with session.get(server, allow_redirects=False) as answer:
            return parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]

    async def call_back(state):
        callback = f"{server}oauth_callback?code=stale&state={quote(state)}"
        async with session.get(callback) as answer:
            return answer.status, html.unescape(await answer.text())

    await begin()
    status, page = await call_back("another")
    assert (status, hub.NO_LOGIN in page) == (403, True), page
    state = await begin()
    await ada.hub.kill()
    status, page = await call_back(state)
    assert (status, hub.NO_HUB in page) == (503, True), page
    assert "Try again" not in page
