"""A guest's socket against a running server; the service of the instructors is a small one of ours.

The real service, and what people see, are in tests/test_joining.py of the repository.
"""

import asyncio
import contextlib
import json
import sys

import aiohttp
import pytest
import tornado.httpserver
import tornado.netutil
import tornado.web

from jupyterhub_butterfly import join_sockets

CONFIG = """
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.Spawner.cmd = ["{python}", "-m", "jupyterhub_butterfly"]
c.Spawner.args = ["--ButterflyApp.extensions=[]"]
c.Spawner.environment = {{"KUBECONFIG": "/dev/null", "WORKSHOP_CULLER_URL": "{url}"}}
"""
SECRET = "s" * 43
SLOW = "w" * 43


class Service(tornado.web.RequestHandler):
    """Knows one secret, and answers to the slow one when it is let go."""

    def initialize(self, knows):
        self.knows = knows

    def get(self):
        self.finish({})

    async def post(self):
        if not self.request.path.endswith("/redeem"):
            self.finish({})
            return
        secret = json.loads(self.request.body)["secret"]
        self.knows["asked"].release()
        if secret == SLOW:
            await self.knows["go"].wait()
        if secret != SECRET:
            self.set_status(404)
        self.finish({"guest": "grace", "may_type": True} if secret == SECRET else {})


class Guest:
    """A guest's connection, and what it was told."""

    def __init__(self, socket):
        self.socket, self.output, self.states = socket, "", []

    async def do(self, deed):
        await self.socket.send_json({"cmd": "do", "do": deed})

    async def type(self, text):
        await self.socket.send_json({"cmd": "type", "text": text})

    async def until(self, found):
        """Read until this holds of the guest; an assertion where the socket closes before."""
        async with asyncio.timeout(120):
            while not found(self):
                message = await self.socket.receive()
                assert message.type is aiohttp.WSMsgType.TEXT, message
                told = message.json()
                if told["cmd"] == "output":
                    self.output += told["text"]
                elif told["cmd"] == "join":
                    self.states.append(told["state"])

    async def until_closed(self):
        """The code with which the server closes."""
        async with asyncio.timeout(120):
            async for _ in self.socket:
                pass
        return self.socket.close_code


class Scene:
    """Ada's server, her page, and the address for guests."""

    def __init__(self, ada, knows):
        self.ada, self.knows = ada, knows
        self.url = f"{ada.origin}/user/ada/ws/join"

    @contextlib.asynccontextmanager
    async def guest(self, secret=SECRET):
        async with aiohttp.ClientSession() as session:
            offers = ("butterfly", f"secret.{secret}")
            async with session.ws_connect(self.url, protocols=offers) as socket:
                yield Guest(socket)


async def answer(terminal, deed):
    """Ada answers the next question of which her page is told."""
    async with asyncio.timeout(120):
        async for message in terminal.ctl:
            told = json.loads(message.data) if message.data else {}
            if told.get("cmd") == "join" and told["state"] in ("asked", "typing-asked"):
                sent = {"cmd": "join", "do": deed, "number": told["number"]}
                await terminal.ctl.send_json(sent)
                return


async def read_to_the_end(terminal, end):
    """How many characters a page of ada is sent up to these."""
    count, last = 0, ""
    async with asyncio.timeout(120):
        while end not in last:
            data = (await terminal.shell.receive()).data
            count, last = count + len(data), (last + data)[-100:]
    return count


@pytest.fixture
async def scene(hub_factory, person_factory):
    knows = {"asked": asyncio.Semaphore(0), "go": asyncio.Event()}
    app = tornado.web.Application([("/.*", Service, {"knows": knows})])
    service = tornado.httpserver.HTTPServer(app)
    sockets = tornado.netutil.bind_sockets(0, "127.0.0.1")
    service.add_sockets(sockets)
    url = f"http://127.0.0.1:{sockets[0].getsockname()[1]}/"
    hub = await hub_factory(CONFIG.format(python=sys.executable, url=url))
    ada = person_factory(hub.url)
    await ada.log_in("ada")
    await hub.start_server("ada")
    await ada.open_terminal("/user/ada/")
    yield Scene(ada, knows)
    knows["go"].set()
    service.stop()
    await service.close_all_connections()


@pytest.mark.hub
async def test_a_guest_sees_after_one_consent_and_types_after_two(scene):
    async with scene.ada.terminal() as terminal, scene.guest() as guest:
        await terminal.run("cd $(mktemp -d); echo before the guest")
        await guest.until(lambda one: one.states == ["asked"])
        await guest.socket.send_json({"cmd": "select", "session": "1"})
        await guest.type("touch typed-early\n")
        await answer(terminal, "allow")
        await guest.until(lambda one: "before the guest" in one.output)
        await guest.type("touch typed-early\n")
        await guest.do("allow")
        await guest.do("ask-typing")
        await answer(terminal, "allow")
        await guest.until(lambda one: one.states[-1] == "typing")
        await guest.type("x" * 5000)  # more than a person types at once
        await guest.type("echo typed $((6*7))\n")
        await guest.until(lambda one: "typed 42" in one.output)
        await guest.do("stop-typing")
        await guest.until(lambda one: one.states[-1] == "watching")
        await guest.type("touch typed-late\n")
        assert await terminal.run("ls typed* 2>/dev/null | wc -l") == "0"
        assert "xxx" not in guest.output


@pytest.mark.hub
async def test_a_guest_who_reads_nothing_holds_nobody_up(scene):
    async with scene.ada.terminal() as terminal, scene.guest() as guest:
        await guest.until(lambda one: one.states == ["asked"])
        await answer(terminal, "allow")
        await guest.until(lambda one: one.states[-1] == "watching")
        # 20 MB, more than the buffers between us take: ada's own page has all of it.
        await terminal.type("seq 3000000 | tail -c 20000000; echo d''one\r")
        assert await read_to_the_end(terminal, "done\r\n") > 19_000_000
        assert await terminal.run("echo and after") == "and after"
        await guest.until(lambda one: "and after\r\n" in one.output)
        assert len(guest.output) < 19_000_000


@pytest.mark.hub
async def test_odd_guests_are_let_go(scene):
    for text in ("nonsense", "[]", "1"):
        async with scene.guest() as guest:
            await guest.socket.send_str(text)
            assert await guest.until_closed() == 1007, text
    async with scene.guest() as guest:
        await guest.socket.send_str("x" * (join_sockets.LARGEST_MESSAGE + 1))
        assert await guest.until_closed() in (1006, 1009)
    async with scene.guest("t" * 43) as guest:
        assert await guest.until_closed() == 4403
    for secret in ("", "short", "t" * 44, "." * 43):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with scene.guest(secret):
                pass
        assert refused.value.status == 403
    async with scene.ada.terminal() as terminal:
        assert await terminal.run("echo alive") == "alive"


@pytest.mark.hub
async def test_few_are_unknown_at_once(scene):
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(join_sockets.MOST_UNKNOWN):
            await stack.enter_async_context(scene.guest(SLOW))
            await asyncio.wait_for(scene.knows["asked"].acquire(), 120)
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with scene.guest():
                pass
        assert refused.value.status == 503
        scene.knows["go"].set()


async def test_without_a_service_nobody_joins(server):
    offers = ("butterfly", f"secret.{SECRET}")
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(f"{server.url}ws/join", protocols=offers)
        assert refused.value.status == 404


async def test_the_page_is_open_and_holds_nothing(server):
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{server.url}terminal/join") as answer,
    ):
        text = await answer.text()
        assert answer.status == 200
        assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
        assert not answer.cookies
    assert "ticket" not in text
    assert "xsrf" not in text
