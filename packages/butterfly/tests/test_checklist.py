"""What a hub expects of a single-user server: fifteen points, each a test of its number.

Most are asked of one hub with two people; internal SSL, named servers and the end are of their own.
"""

import os
import re
import sys
import urllib.parse
from pathlib import Path

import aiohttp
import jupyterhub
import psutil
import pytest

from jupyterhub_butterfly import app, settings

COMMON = f"""
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.Spawner.cmd = [{sys.executable!r}, "-m", "jupyterhub_butterfly"]
c.Spawner.args = ["--ButterflyApp.extensions=[]", "--ButterflyApp.activity_interval=1"]
"""


class Scene:
    """A hub; ada with her terminal open, bob who is somebody else, and somebody unknown."""

    def __init__(self, hub, ada, bob, stranger, process):
        self.hub, self.ada, self.bob, self.stranger, self.process = hub, ada, bob, stranger, process
        self.environ = process.environ()
        self.direct = self.environ["JUPYTERHUB_SERVICE_URL"]
        self.url = f"{ada.origin}/user/ada/"

    async def get(self, person, url, **options):
        options.setdefault("allow_redirects", False)
        async with person.session.get(url, **options) as answer:
            await answer.read()
            return answer


async def start_named(hub, user, name):
    status, _ = await hub.api("POST", f"users/{user}/servers/{name}")
    assert status in {201, 202}
    if status == 202:
        await hub.logged("took")


def find_server(hub):
    """The one server below this hub; others may run beside it."""
    for process in psutil.Process(hub.process.pid).children(recursive=True):
        if "jupyterhub_butterfly" in process.cmdline():
            return process
    raise AssertionError("no server runs")


async def check_bind_and_prefix(scene):
    where = urllib.parse.urlsplit(scene.direct)
    listening = [c.laddr for c in scene.process.net_connections() if c.status == "LISTEN"]
    assert [(a.ip, a.port) for a in listening] == [(where.hostname, where.port)], "that alone"
    assert (await scene.get(scene.stranger, f"{scene.direct}api")).status == 200
    root = f"http://{where.netloc}/"
    assert (await scene.get(scene.stranger, f"{root}api")).status == 404, (
        "nothing beside the prefix"
    )


async def check_health(scene):
    for path in ("api", "api/"):
        answer = await scene.get(scene.stranger, scene.url + path)
        assert answer.status == 200
        assert answer.headers["X-JupyterHub-Version"] == jupyterhub.__version__
    assert "are not equally" not in scene.hub.log_text


async def check_callback(scene):
    answer = await scene.get(scene.stranger, f"{scene.url}oauth_callback?code=x&state=y")
    assert answer.status in {400, 403}
    cookies = {c.key for c in scene.ada.session.cookie_jar}
    assert "jupyterhub-user-ada" in cookies, "ada has come through it"


async def check_gate(scene):
    answer = await scene.get(scene.stranger, scene.url, headers={"Accept": "text/html"})
    assert answer.status == 302
    assert "/hub/api/oauth2/authorize" in answer.headers["Location"]
    assert (await scene.get(scene.bob, scene.url, allow_redirects=True)).status == 403
    with pytest.raises(settings.SettingsError, match="every user of the hub"):
        settings.parse_hub({**scene.environ, "JUPYTERHUB_OAUTH_ACCESS_SCOPES": "[]"})


async def check_logout(scene):
    answer = await scene.get(scene.ada, f"{scene.url}logout")
    assert answer.headers["Location"] == "/hub/logout"
    await scene.get(scene.ada, scene.url + "logout", allow_redirects=True)
    answer = await scene.get(scene.ada, scene.url, headers={"Accept": "text/html"})
    assert "oauth2/authorize" in answer.headers["Location"]


async def check_activity(scene):
    async with scene.ada.terminal() as terminal:
        await terminal.run("true")
        await scene.hub.logged("/hub/api/users/ada/activity", since=0)
    _, model = await scene.hub.api("GET", "users/ada")
    assert model["servers"][""]["last_activity"].endswith("Z"), "the hub took the time, with zone"


async def check_headers(scene):
    answer = await scene.get(scene.ada, f"{scene.url}terminal/session/1")
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def check_sockets(scene):
    for changes in ({"origin": "https://evil.example"}, {"origin": None}, {"ticket": None}):
        with pytest.raises(aiohttp.WSServerHandshakeError) as error:
            async with scene.ada.connect("ws", **changes):
                pass
        assert error.value.status == 403
    async with scene.ada.connect("ws") as one:
        assert not one.closed


async def check_forwarded(scene):
    headers = {"X-Forwarded-Proto": "https", "Accept": "text/html"}
    answer = await scene.get(scene.stranger, scene.direct, headers=headers)
    states = [c for c in answer.headers.getall("Set-Cookie") if "oauth-state" in c]
    assert states, answer.headers
    assert all("secure" in c.lower() for c in states), "it knows that the browser speaks https"


async def check_secrets(scene):
    async with scene.ada.terminal() as terminal:
        environment = await terminal.run("env")
    for name in ("JUPYTERHUB_API_TOKEN", "JPY_API_TOKEN"):
        assert name not in environment
        assert scene.environ[name] not in environment
    assert "JUPYTERHUB_USER=ada" in environment


async def check_redirects(scene):
    answer = await scene.get(scene.ada, f"{scene.url}terminal/session/1?redirects=2")
    assert answer.status == 200


async def check_token(scene):
    _, model = await scene.hub.api("POST", "users/ada/tokens", {"note": "test"})
    headers = {"Authorization": f"token {model['token']}"}
    answer = await scene.get(scene.stranger, f"{scene.url}terminal/sessions", headers=headers)
    assert answer.status == 200
    by_url = await scene.get(scene.stranger, f"{scene.url}terminal/sessions?token={model['token']}")
    assert by_url.status in {302, 403}


POINTS = {
    1: check_bind_and_prefix,
    2: check_health,
    3: check_callback,
    4: check_gate,
    6: check_activity,
    7: check_headers,
    8: check_sockets,
    10: check_forwarded,
    12: check_secrets,
    13: check_redirects,
    15: check_token,
    5: check_logout,  # the last one, as it sends ada out
}


def test_all_fifteen_are_tested():
    alone = re.findall(r"^async def test_point_(\d+)_", Path(__file__).read_text(), re.M)
    assert sorted([*POINTS, *map(int, alone)]) == list(range(1, 16))


@pytest.mark.hub
async def test_the_points_of_one_hub(hub_factory, person_factory):
    hub = await hub_factory(COMMON)
    ada, bob, stranger = (person_factory(hub.url) for _ in range(3))
    await ada.log_in("ada")
    await bob.log_in("bob")
    status, _ = await hub.api("POST", "users/ada/server")
    if status == 202:
        await hub.logged("User ada took")
    await ada.open_terminal("/user/ada/")
    scene = Scene(hub, ada, bob, stranger, find_server(hub))
    failed = {}
    for number, check in POINTS.items():
        try:
            await check(scene)
        except Exception as error:  # noqa: BLE001 - all points are told at once
            failed[number] = repr(error)
    assert failed == {}


@pytest.mark.hub
async def test_point_14_a_named_server_has_its_own_prefix(hub_factory, person_factory):
    hub = await hub_factory(COMMON + "c.JupyterHub.allow_named_servers = True\n")
    ada, bob = person_factory(hub.url), person_factory(hub.url)
    await ada.log_in("ada")
    await bob.log_in("bob")
    await start_named(hub, "ada", "second")
    config = await ada.open_terminal("/user/ada/second/")
    assert config["prefix"] == "/user/ada/second/"
    async with ada.terminal() as terminal:
        assert await terminal.run("echo $JUPYTERHUB_SERVER_NAME") == "second"
    async with bob.session.get(f"{bob.origin}/user/ada/second/terminal/session/1") as page:
        assert page.status == 403
    async with ada.session.get(f"{ada.origin}/user/ada/second/api?redirects=2") as answer:
        assert answer.status == 200
    status, _ = await hub.api("DELETE", "users/ada/servers/second", {})
    assert status == 204


@pytest.mark.hub
async def test_point_09_internal_ssl(hub_factory, person_factory, tmp_path):
    hub = await hub_factory(
        COMMON
        + "c.JupyterHub.internal_ssl = True\n"
        + f"c.JupyterHub.internal_certs_location = {str(tmp_path / 'certs')!r}\n"
        + "c.JupyterHub.hub_bind_url = c.JupyterHub.hub_bind_url.replace('http:', 'https:')\n"
        + "c.ConfigurableHTTPProxy.api_url = "
        + "c.ConfigurableHTTPProxy.api_url.replace('http:', 'https:')\n"
    )
    ada = person_factory(hub.url)
    await ada.log_in("ada")
    async with ada.session.get(f"{hub.url}hub/spawn") as page:
        assert page.status == 200
    await hub.logged("User ada took")
    await ada.open_terminal("/user/ada/")
    async with ada.terminal() as terminal:
        assert await terminal.run("echo encrypted") == "encrypted"
    server = find_server(hub).environ()["JUPYTERHUB_SERVICE_URL"]
    assert server.startswith("https://")
    with pytest.raises(aiohttp.ClientError):  # who has no certificate of the hub's
        async with ada.session.get(f"{server}api", ssl=False) as answer:
            await answer.read()


async def test_point_11_sigterm_ends_it_at_once_and_well(server, person):
    async with person.terminal() as terminal:
        await terminal.run("true")
        server.process.terminate()
        assert await server.process.wait() == 0


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, to become a user without a name")
async def test_an_account_without_a_name_works(server_factory, person_factory, tmp_path):
    """As on OpenShift: a UID that is in no passwd, group 0."""
    tmp_path.chmod(0o777)
    code = (
        "import encodings.idna, os, jupyterhub_butterfly.app as a, jupyterhub_butterfly.auth.none;"
        "a.find_hub_version(); a.clients.find_butterfly();"
        "os.setgroups([]); os.setgid(0); os.setuid(1000650000); a.main()"
    )
    server = await server_factory(code=code)
    assert psutil.Process(server.pid).uids().real == 1000650000
    person = person_factory(server.url)
    await person.open_terminal("/")
    async with person.terminal() as terminal:
        found = await terminal.run("id -u; echo $HOME; echo $USER")
    assert re.match(rf"1000650000\n{tmp_path}\n\w+", found)


def test_without_certificates_there_is_no_ssl():
    assert app.make_ssl(None) is None
