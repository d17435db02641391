"""Every route of the server, against a real hub: who is turned away, before a shell exists.

The table is the application's own (`routes.make_table`): a new route cannot be forgotten here.
"""

import asyncio
import contextlib
import io
import os

import aiohttp
import psutil
import pytest
from aiohttp import web

from jupyterhub_butterfly import auth, routes, settings
from jupyterhub_butterfly.auth import hub as hub_gate
from jupyterhub_butterfly.sockets import GatedSocket

ENVIRON = {
    "JUPYTERHUB_SERVICE_PREFIX": "/user/ada/",
    "JUPYTERHUB_API_URL": "http://127.0.0.1:1/hub/api",
    "JUPYTERHUB_API_TOKEN": "not a token",
    "JUPYTERHUB_CLIENT_ID": "jupyterhub-user-ada",
    "JUPYTERHUB_OAUTH_ACCESS_SCOPES": '["access:servers!server=ada/"]',
}
# One path for each pattern of the table: a pattern without one here fails the test.
EXAMPLES = {
    r"": "",
    r"terminal/?": "terminal",
    rf"terminal/session/{routes.sockets.NAME}": "terminal/session/1",
    r"terminal/ticket": "terminal/ticket",
    r"terminal/sessions": "terminal/sessions",
    r"terminal/clock": "terminal/clock",
    r"terminal/clock/extend": "terminal/clock/extend",
    rf"ws/session/{routes.sockets.NAME}": "ws/session/1",
    rf"ctl/session/{routes.sockets.NAME}": "ctl/session/1",
    routes.proxy.PATTERN: "proxy/8080/",
    r"files/?": "files",
    routes.files.HOME: "files/home/notes.txt",
    routes.folders.ARCHIVE: "files/archive/",
    routes.change_page.CHANGE: "files/change/notes.txt",
    rf"terminal/session/{routes.sockets.NAME}/folder": "terminal/session/1/folder",
}
OPEN = {*routes.OPEN_PATTERNS, r"oauth_callback", r"logout"}


def table():
    gate = hub_gate.HubGate(settings.parse_hub(ENVIRON))
    return routes.make_table(gate, [], "6")


def is_socket(handler):
    return issubclass(handler, GatedSocket)


PAGES = [EXAMPLES[p] for p, handler, _ in table() if p not in OPEN and not is_socket(handler)]
SOCKETS = [EXAMPLES[p] for p, handler, _ in table() if is_socket(handler)]


def shells(hub):
    """Processes in a terminal below any of the hub's servers."""
    return [process for process in children(hub) if "TERMINAL_SESSION" in read_environ(process)]


def children(hub):
    """All that the hub has started: other hubs' servers may run beside it."""
    return psutil.Process(hub.process.pid).children(recursive=True)


def read_environ(process):
    try:
        return process.environ()
    except psutil.Error:  # it has ended
        return {}


@pytest.fixture
async def scene(terminal_hub, person_factory):
    """A hub with two people, both with a running terminal server; nobody has opened a shell."""
    ada, bob = person_factory(terminal_hub.url), person_factory(terminal_hub.url)
    for person, name in ((ada, "ada"), (bob, "bob")):
        await person.log_in(name)
        await start_server(terminal_hub, name)
        await person.open_terminal(f"/user/{name}/")
    stranger = person_factory(terminal_hub.url)
    stranger.config = ada.config
    return Scene(terminal_hub, ada, bob, stranger)


async def start_server(hub, name):
    """Have the hub start somebody's server, and wait for the event that says so."""
    status, _ = await hub.api("POST", f"users/{name}/server")
    if status == 202:
        await hub.logged(f"User {name} took")
    assert status in {201, 202}


class Scene:
    def __init__(self, hub, ada, bob, stranger):
        self.hub, self.ada, self.bob, self.stranger = hub, ada, bob, stranger


async def refused(person, path, **changes):
    """The status with which a socket is refused; fails when it opens."""
    with pytest.raises(aiohttp.WSServerHandshakeError) as error:
        async with person.connect("", path=path, **changes):
            pass
    return error.value.status


@pytest.mark.parametrize(
    ("landing", "first"),
    [
        ("", "terminal/session/1"),
        ("proxy/8080/", "proxy/8080/"),
        ("terminal/session/2?bare=1", "terminal/session/2?bare=1"),
        ("lab", "terminal/session/1"),
        ("tree", "terminal/session/1"),
        ("terminal/session/1/more", "terminal/session/1"),
    ],
)
def test_the_hub_names_the_first_page(landing, first):
    gate = hub_gate.HubGate(settings.parse_hub(ENVIRON))
    _, _, words = next(rule for rule in routes.make_table(gate, [], "6", landing) if not rule[0])
    assert words == {"landing": first}


def test_the_table_has_examples_for_all_its_patterns():
    assert {pattern for pattern, _, _ in table()} == {*EXAMPLES, *OPEN}


@pytest.mark.hub
async def test_no_route_serves_the_wrong_person(scene):
    ada, bob, stranger = scene.ada, scene.bob, scene.stranger
    for path in SOCKETS:
        path = f"/user/ada/{path}"
        mine = ada.config["ticket"]
        assert await refused(stranger, path) == 403, "no cookie"
        assert await refused(bob, path) == 403, "another person's cookie, that person's ticket"
        assert await refused(bob, path, ticket=mine) == 403, "another person's cookie, my ticket"
        assert await refused(ada, path, origin="https://evil.example") == 403, "foreign origin"
        assert await refused(ada, path, origin="null") == 403, "opaque origin"
        assert await refused(ada, path, origin=None) == 403, "no origin"
        assert await refused(ada, path, ticket=None) == 403, "no ticket"
        assert await refused(ada, path, ticket="0" * 64) == 403, "made-up ticket"
        evil = {"Host": "evil.example"}
        assert await refused(ada, path, headers=evil) == 403, "forged host"
    for path in PAGES:
        url = f"{ada.origin}/user/ada/{path}"
        async with stranger.session.get(url, allow_redirects=False) as answer:
            assert answer.status == 302, path
            assert "/hub/api/oauth2/authorize" in answer.headers["Location"]
        script = {"Sec-Fetch-Mode": "cors", "Accept": "application/json"}
        async with stranger.session.get(url, headers=script, allow_redirects=False) as answer:
            assert answer.status == 403, path
        async with ada.session.get(url, headers=script, allow_redirects=False) as answer:
            assert answer.status == 403, f"{path}: a script without the page's token"
        async with bob.session.get(url) as answer:
            assert answer.status == 403, f"{path}: {answer.url}"
        async with ada.session.post(url, data={}) as answer:
            assert answer.status in {403, 405}, path
    path = "/user/ada/proxy/8080/"  # a page and a socket at one address, without a ticket
    assert await refused(stranger, path) == 403, "no cookie"
    assert await refused(bob, path, ticket=ada.config["ticket"]) == 403, "another person's cookie"
    for origin in ("https://evil.example", "null", None):
        assert await refused(ada, path, origin=origin) == 403, origin
    assert await refused(ada, path, headers={"Host": "evil.example"}) == 403, "forged host"
    assert shells(scene.hub) == []
    async with ada.terminal() as terminal:
        assert await terminal.run("echo $JUPYTERHUB_USER") == "ada"
    assert len(shells(scene.hub)) == 1


@pytest.mark.hub
async def test_a_program_in_the_session_is_shown_to_its_owner_only(scene):
    ada, seen = scene.ada, []

    async def serve(reader, writer):
        seen.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: /in\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as program:
        path = f"/user/ada/proxy/{program.sockets[0].getsockname()[1]}"
        for person in (scene.stranger, scene.bob):
            async with person.session.post(f"{ada.origin}{path}/x") as answer:
                assert answer.status == 403
        assert seen == []
        _, model = await scene.hub.api("POST", "users/ada/tokens", {"note": "test"})
        by_token = {"Authorization": f"token {model['token']}"}
        for session, headers in (
            (ada.session, {"Origin": ada.origin, "Sec-Fetch-Mode": "cors"}),
            (scene.stranger.session, by_token),
        ):
            async with session.post(
                f"{ada.origin}{path}/x?a=1", headers=headers, allow_redirects=False
            ) as answer:
                assert (answer.status, answer.headers["Location"]) == (302, f"{path}/in")
    for request in seen:
        assert request.startswith("POST /x?a=1 HTTP/1.1\r\n")
        assert f"X-Forwarded-Prefix: {path}\r\n" in request
        for secret in ("jupyterhub-", "_xsrf", "Authorization", model["token"]):
            assert secret not in request
    assert len(seen) == 2


@pytest.mark.hub
async def test_a_programs_socket_comes_through_the_hubs_proxy_and_ends_with_the_login(scene):
    async def greet(request):
        one = web.WebSocketResponse()
        await one.prepare(request)
        await one.send_str(request.path)
        async for _ in one:
            pass
        return one

    program, ada = web.Application(), scene.ada
    program.router.add_get("/live", greet)
    runner = web.AppRunner(program, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        path = f"/user/ada/proxy/{runner.addresses[0][1]}/live"
        assert await refused(scene.bob, path) == 403
        async with ada.connect("", path=path, ticket=None) as one:
            assert await one.receive_str(timeout=120) == "/live"
            await ada.session.get(f"{ada.origin}/user/ada/logout", allow_redirects=False)
            await one.receive(timeout=120)
            assert one.close_code == 4401
    finally:
        await runner.cleanup()


@pytest.mark.hub
async def test_files_come_and_go_through_the_hub_for_who_may_only(scene):
    ada, bob, stranger = scene.ada, scene.bob, scene.stranger
    name = f"upload-{os.urandom(4).hex()}.bin"
    url, data = f"{ada.origin}/user/ada/files/home/{name}", os.urandom(3_000_000)
    own = {"X-XSRFToken": ada.config["xsrf"]}

    async def put(person, **options):
        async with person.session.put(url, data=io.BytesIO(data), **options) as answer:
            return answer.status

    try:
        for person, headers in (
            (stranger, own),
            (bob, own),
            (ada, {}),
            (ada, {"X-XSRFToken": "x"}),
        ):
            with contextlib.suppress(aiohttp.ClientError):  # refused while it is sent
                assert await put(person, headers=headers) in {403, 503}
        async with ada.session.head(url, headers=own) as answer:
            assert answer.status == 404, "nothing of them has arrived"
        assert await put(ada, headers=own) == 201
        assert await put(ada, headers=own) == 409
        _, model = await scene.hub.api("POST", "users/ada/tokens", {"note": "test"})
        token = {"Authorization": f"token {model['token']}"}
        assert await put(stranger, headers={**token, "If-Match": "*"}) == 201, "as the docs say"
        for person, headers in ((ada, {}), (stranger, token)):
            async with person.session.get(url, headers=headers) as answer:
                assert await answer.read() == data
        async with bob.session.get(url) as answer:
            assert answer.status == 403
    finally:
        async with ada.terminal() as terminal:
            await terminal.run(f"rm -f ~/{name}")


@pytest.mark.hub
async def test_tokens_are_kept_from_shells_urls_and_logs(scene):
    ada = scene.ada
    status, model = await scene.hub.api("POST", "users/ada/tokens", {"note": "test"})
    assert status == 201
    async with ada.session.get(
        f"{ada.origin}/user/bob/terminal/session/1?token={model['token']}"
    ) as r:
        assert r.status == 403
    socket = f"/user/ada/ws/session/1?token={model['token']}"
    assert await refused(scene.stranger, socket, headers={"Sec-Fetch-Mode": "websocket"}) == 403
    async with ada.terminal() as terminal:
        environment = await terminal.run("env")
    assert "JUPYTERHUB_USER=ada" in environment
    for name in ("API_TOKEN", "CLIENT_ID", "ACTIVITY_URL"):
        assert name not in environment
    for secret in (ada.config["ticket"], *tokens_of_servers(scene.hub)):
        assert secret not in environment
        assert secret not in scene.hub.log_text.replace(f"?token={model['token']}", "")


def tokens_of_servers(hub):
    found = [read_environ(process).get("JUPYTERHUB_API_TOKEN") for process in children(hub)]
    tokens = [token for token in found if token]
    assert tokens
    return tokens


@pytest.mark.hub
async def test_an_api_token_enters_by_header_without_a_page(scene):
    _, model = await scene.hub.api("POST", "users/ada/tokens", {"note": "test"})
    headers = {"Authorization": f"token {model['token']}"}
    path = "/user/ada/ws/session/1"
    async with scene.stranger.connect(
        "", path=path, origin=None, ticket=None, headers=headers
    ) as one:
        assert not one.closed
    assert await refused(scene.stranger, "/user/bob/ws/session/1", headers=headers) == 403


@pytest.mark.hub
async def test_logging_out_closes_the_open_sockets(scene):
    ada = scene.ada
    async with ada.terminal() as terminal:
        await terminal.run("true")
        async with ada.session.get(
            f"{ada.origin}/user/ada/logout", allow_redirects=False
        ) as answer:
            assert answer.headers["Location"] == "/hub/logout"
        async for _ in terminal.shell:  # what was on its way, up to the end
            pass
        assert terminal.shell.close_code == 4401


def test_a_hub_without_access_scopes_is_refused():
    broken = {**ENVIRON, "JUPYTERHUB_OAUTH_ACCESS_SCOPES": "[]"}
    with pytest.raises(settings.SettingsError, match="every user of the hub"):
        settings.parse_hub(broken)


def test_all_gates_offer_what_the_contract_says():
    names = [n for n in dir(auth.Gate) if not n.startswith("_")]
    assert all(hasattr(hub_gate.HubGate, name) for name in names)
