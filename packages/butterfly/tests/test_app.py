"""The whole server as a process: it starts, serves a shell, and stops fast."""

import asyncio
import os
import signal
import sys

import aiohttp
import psutil
import pytest
from traitlets import TraitError

from jupyterhub_butterfly import app, settings


async def test_a_command_runs_and_its_output_comes_back(person):
    async with person.terminal() as terminal:
        assert await terminal.run("echo $((6 * 7))") == "42"


async def test_first_page_leads_to_a_terminal(server, person):
    async with person.session.get(server.url) as page:
        assert page.url.path == "/terminal/session/1"
    async with person.session.get(f"{server.url}terminal") as page:
        assert page.url.path == "/terminal/session/1"


async def test_a_port_that_is_taken_is_told_in_a_sentence():
    taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    async with taken:
        port = taken.sockets[0].getsockname()[1]
        command = [sys.executable, "-m", "jupyterhub_butterfly", "--mode=none", f"--port={port}"]
        process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
        said = (await process.communicate())[1].decode()
    assert process.returncode == 2
    assert f"Port {port} of 127.0.0.1 cannot be had" in said
    assert "--port" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("name", ["-a", "a_b", "a%2Fb", "..%2f1", "a" * 65, "%00", "1/2", ""])
async def test_odd_session_names_are_no_sessions(server, person, name):
    url = f"{server.url}terminal/session/{name}"
    async with person.session.get(url) as page:
        assert page.status == 404


CHOICES = "user=root&path=/etc&cwd=/etc&cmd=id&command=id&shell=/bin/false&name=other"
WHO_WHERE_WHAT = "pwd; id -u; echo $0; echo $BASH $SHELL"


async def test_no_query_chooses_user_path_or_command(server, person):
    """A query is there before the shell is, on page and sockets; a shell like any other comes."""
    async with person.terminal("plain") as terminal:
        plain = await terminal.run(WHO_WHERE_WHAT)
    async with person.session.get(f"{server.url}terminal/session/query?{CHOICES}") as page:
        assert page.status == 200
    async with person.terminal("query", query=f"?{CHOICES}") as terminal:
        assert await terminal.run(WHO_WHERE_WHAT) == plain


async def test_sigterm_ends_server_and_shells(server, person):
    async with person.terminal() as terminal:
        shell = int(await terminal.run("echo $$"))
        server.process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(server.process.wait(), 120) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(shell, 0)


async def test_a_background_job_that_ignores_the_hangup_is_killed(server, person):
    async with person.terminal() as terminal:
        await terminal.run("trap '' HUP TERM")
        server.process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(server.process.wait(), 120) == 0


def test_without_a_hub_it_refuses_to_guess(monkeypatch):
    for name in ("JUPYTERHUB_SERVICE_PREFIX", "JUPYTERHUB_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(settings.SettingsError, match="--mode=none"):
        app.ButterflyApp().initialize([])


@pytest.mark.parametrize(
    ("trait", "value"),
    [
        ("shell", ["/no/such/shell"]),
        ("shell", []),
        ("allow_origins", ["workshop.example"]),
        ("allow_origins", ["https://w.example/path"]),
        ("max_sessions", 0),
        ("client", "telnet"),
        ("resize", "biggest"),
    ],
)
def test_a_bad_value_is_refused_with_the_traits_name(trait, value):
    with pytest.raises(TraitError, match=trait):
        app.ButterflyApp(**{trait: value})


async def test_the_health_page_tells_the_version_to_anybody(server, person_factory):
    import jupyterhub

    for path in ("api", "api/", "api?redirects=3"):
        async with person_factory(server.url).session.get(server.url + path) as answer:
            assert answer.status == 200
            assert answer.headers["X-JupyterHub-Version"] == jupyterhub.__version__


async def test_a_star_is_every_address(server_factory):
    """As the image listens without a hub; 0.0.0.0 would be deaf in a cluster of IPv6 alone."""
    login = {"AUTH_USERNAME": "ada", "AUTH_PASSWORD": "secret"}
    server = await server_factory("--mode=basic", "--ip=*", env=login)
    port = int(server.url.rpartition(":")[2].rstrip("/"))
    found = psutil.Process(server.process.pid).net_connections("tcp")
    listening = {c.laddr for c in found if c.status == psutil.CONN_LISTEN}
    assert {(a.ip, a.port) for a in listening} >= {("0.0.0.0", port)}
    assert {a.port for a in listening} == {port}
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}/") as page:
        assert page.status == 401


async def test_a_name_and_password_come_before_the_account_that_templates_name(server_factory):
    login = {"AUTH_USERNAME": "ada", "AUTH_PASSWORD": "secret", "OAUTH_SERVICE_ACCOUNT": "term"}
    server = await server_factory("--mode=auto", env=login)
    async with aiohttp.ClientSession() as http, http.get(server.url) as page:
        assert page.status == 401
        assert page.headers["WWW-Authenticate"].startswith("Basic")


async def test_a_star_without_a_login_is_refused(server_factory):
    with pytest.raises(AssertionError, match="would give everybody a shell"):
        await server_factory("--mode=none", "--ip=*")
