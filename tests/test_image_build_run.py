"""The images of sessions alone, as a cluster runs them: any user id, no rights, nothing writable.

Real containers: `python3 noxfile.py -s images` builds them and runs these tests.
"""

import asyncio

import aiohttp
import pytest

import containers
from waiting import until_so

# Containers start slowly on a busy machine, and builds fetch packages.
pytestmark = [pytest.mark.image, pytest.mark.timeout(600)]

URL = "http://127.0.0.1:10080"
TERMINAL, DASHBOARD = "localhost/workshop-terminal", "localhost/workshop-dashboard"
NOTEBOOK = "localhost/workshop-notebook"
SECRET = "of-the-hub-0123456789"


@pytest.fixture(params=[TERMINAL, DASHBOARD])
async def served(engine, request):
    """A session's image by itself, with a name and a password: its container and its login."""
    environment, login = containers.make_login()
    with containers.run(engine, request.param, environment=environment) as container:
        assert await containers.answers(container, f"{URL}/api") == 200
        yield container, login


async def test_it_serves_whoever_knows_the_password(served):
    _, login = served
    for path, status in (("/api", 200), ("/terminal/session/1", 401), ("/", 401)):
        assert await containers.answers(served[0], URL + path) == status, path
    async with aiohttp.ClientSession(headers=login.headers) as http, http.get(URL) as page:
        assert page.status == 200
        assert page.url.path == "/terminal/session/1", "no notes: the plain terminal"


async def test_a_shell_has_no_rights_and_a_name(served):
    container, login = served
    async with containers.open_shell(URL, login) as shell:
        assert await shell.run("id -u; id -g; whoami") == "1234567\n0\nworkshop"
        assert await shell.run("grep -E 'CapEff|NoNewPrivs' /proc/self/status | cut -f2") == (
            "0000000000000000\n1"
        )
        assert "Read-only file system" in await shell.run("touch /opt/app-root/x")
        assert await shell.run("find / -xdev -perm /6000 -type f 2>/dev/null | wc -l") == "0"
    assert container.stop() == 0


@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
async def test_a_page_of_another_site_opens_no_shell(served, origin):
    _, login = served
    async with aiohttp.ClientSession(headers=login.headers) as http:
        words = {"protocols": ("butterfly",), "origin": origin}
        with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
            await http.ws_connect(f"{URL}/ws/session/1", **words)
    assert refusal.value.status == 403


async def test_the_tools_of_a_workshop_are_there(served):
    _, login = served
    tools = "bash curl git java jq kubectl less make nano node pip python3 rsync ssh tmux unzip vim"
    async with containers.open_shell(URL, login) as shell:
        assert (
            await shell.run(f"for t in {tools}; do command -v $t >/dev/null || echo $t; done") == ""
        )
        assert await shell.run("command -v python3") == "/opt/app-root/bin/python3"
        assert await shell.run("bash -lc 'command -v jupyterhub-butterfly pip'") == (
            "/opt/workshop/bin/jupyterhub-butterfly\n/opt/app-root/bin/pip"
        )
        await shell.run("_completion_loader kubectl 2>/dev/null; _comp_load kubectl 2>/dev/null")
        assert "kubectl" in await shell.run("complete -p kubectl")
        assert "1.5" in await shell.run(
            "cd /tmp && python3 -m venv v && v/bin/python -c 'print(1.5)'"
        )


async def has_none(shell, count):
    """Whether a command that counts finds nothing in the container, which gives no event."""
    return await shell.run(count) == "0"


async def test_what_people_leave_behind_does_not_pile_up(served):
    """The server is the container's first process: it is given every orphan."""
    _, login = served
    zombies = "ps -eo stat= | grep -c '^Z'"
    async with containers.open_shell(URL, login) as shell:
        await shell.run("for i in 1 2 3; do (setsid true &); done")
        # The server looks every five seconds.
        await until_so(lambda: has_none(shell, zombies))


@pytest.mark.parametrize("image", [TERMINAL, DASHBOARD])
async def test_no_process_shows_the_hubs_token_to_a_shell(engine, image):
    environment, login = containers.make_login()
    environment |= {"JUPYTERHUB_API_TOKEN": SECRET, "JPY_API_TOKEN": SECRET}
    command = ("jupyterhub-butterfly", "--mode=basic", "--ip=*", "--port=10080")
    with containers.run(engine, image, *command, environment=environment) as container:
        assert await containers.answers(container, f"{URL}/api") == 200
        async with containers.open_shell(URL, login) as shell:
            found = await shell.run(
                "cat /proc/[0-9]*/environ /proc/[0-9]*/task/*/environ /proc/[0-9]*/cmdline"
                " 2>/dev/null | tr '\\0' '\\n' > /tmp/seen; grep -c HOME= /tmp/seen;"
                f" grep -cE '{SECRET[:6]}.*{SECRET[7:]}|{login.password}' /tmp/seen"
            )
            shells, secrets = map(int, found.split())
            assert shells > 0, "a shell can read its own environment, so the search sees something"
            assert secrets == 0
            assert "Permission denied" in await shell.run("cat /proc/1/environ")
            assert await shell.run("env | grep -c -e TOKEN -e AUTH_") == "0"


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({}, "set AUTH_USERNAME and AUTH_PASSWORD"),
        ({"AUTH_USERNAME": "*"}, "would give everybody a shell"),
        ({"AUTH_USERNAME": "ada"}, "needs AUTH_USERNAME and AUTH_PASSWORD"),
        ({"OAUTH_SERVICE_ACCOUNT": "terminal"}, "needs OAUTH_SERVICE_ACCOUNT, and that account's"),
    ],
)
@pytest.mark.parametrize("image", [TERMINAL, DASHBOARD])
def test_without_a_login_it_does_not_start(engine, image, environment, sentence):
    with containers.run(engine, image, environment=environment) as container:
        assert engine.run("wait", container.id) == "2"
        assert sentence in container.logs()
        assert "Traceback" not in container.logs()


async def test_a_notebook_asks_for_its_token(engine):
    options = ("--tmpfs", "/opt/app-root/src:rw,mode=0775")
    environment = {"JUPYTER_TOKEN": SECRET}
    with containers.run(engine, NOTEBOOK, environment=environment, options=options) as container:
        assert await containers.answers(container, f"{URL}/api") == 200
        assert await containers.answers(container, f"{URL}/api/kernelspecs") == 403
        assert await containers.answers(container, f"{URL}/lab?token={SECRET}") in (200, 302)
        headers = {"Authorization": f"token {SECRET}"}
        async with aiohttp.ClientSession(headers=headers) as http:
            async with http.post(f"{URL}/api/kernels") as answer:
                kernel = (await answer.json())["id"]
            async with http.ws_connect(f"{URL}/api/kernels/{kernel}/channels") as socket:
                assert await run_cell(socket, "import sys; print(sys.executable)") == (
                    "/opt/app-root/bin/python3\n"
                )


async def run_cell(socket, code):
    """What a cell prints; the protocol of Jupyter's kernels."""
    header = {"msg_id": "1", "msg_type": "execute_request", "username": "", "session": "1"}
    content = {"code": code, "silent": False, "store_history": False, "allow_stdin": False}
    message = {"header": header | {"version": "5.3"}, "parent_header": {}, "metadata": {}}
    await socket.send_json({**message, "content": content, "channel": "shell"})
    async with asyncio.timeout(120):
        async for event in socket:
            said = event.json()
            if said.get("msg_type") == "stream":
                return said["content"]["text"]
    raise AssertionError("the kernel said nothing")
