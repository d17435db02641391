"""Fixtures of the terminal: a server of its own, people who log in, a hub with terminals."""

from __future__ import annotations

import asyncio
import contextlib
import html
import json
import os
import re
import sys

import aiohttp
import pytest

HUB_CONFIG = """
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.Spawner.cmd = ["{python}", "-m", "jupyterhub_butterfly"]
c.Spawner.args = ["--ButterflyApp.extensions=[]"]
c.Spawner.environment = {{"KUBECONFIG": "/dev/null"}}
"""


class Person:
    """Somebody with a browser's cookies: logs in, opens pages and sockets."""

    def __init__(self, root, session):
        self.root = root.rstrip("/")
        self.session = session
        self.config = {}

    @property
    def origin(self):
        return "/".join(self.root.split("/")[:3])

    async def log_in(self, name):
        """Log in to a dummy hub and follow through to the own terminal; waits for its start."""
        async with self.session.get(f"{self.root}/hub/login") as page:
            token = re.search(r'name="_xsrf" value="([^"]*)"', await page.text()).group(1)
        form = {"username": name, "password": "x", "_xsrf": html.unescape(token)}
        async with self.session.post(
            f"{self.root}/hub/login?next=%2Fhub%2Fhome", data=form
        ) as page:
            assert page.status == 200, await page.text()
        self.name = name

    async def open_terminal(self, prefix, session="1"):
        """Open a terminal page; keeps what its scripts would know in `config`."""
        url = f"{self.origin}{prefix}terminal/session/{session}"
        async with self.session.get(url, headers={"Accept": "text/html"}) as page:
            text = await page.text()
            assert page.status == 200, f"{page.status} {page.url} {text[:500]}"
        self.config = json.loads(
            html.unescape(re.search(r'data-terminal="([^"]*)"', text).group(1))
        )
        return self.config

    def connect(self, kind, session=None, **changes):
        """Open a socket as the page does. `changes`: origin, ticket, page, have, path, headers."""
        offers = ["butterfly", f"ticket.{changes.get('ticket', self.config.get('ticket', ''))}"]
        if changes.get("ticket", "") is None:
            offers.pop()
        offers += [f"{key}.{changes[key]}" for key in ("page", "have") if key in changes]
        headers = dict(changes.get("headers", {}))
        if (origin := changes.get("origin", self.origin)) is not None:
            headers["Origin"] = origin
        prefix = self.config.get("prefix", "/")
        name = session or self.config.get("session", "1")
        path = changes.get("path", f"{prefix}{kind}/session/{name}")
        return self.session.ws_connect(
            self.origin + path,
            protocols=offers,
            headers=headers,
            max_msg_size=0,
            timeout=aiohttp.ClientWSTimeout(ws_close=1.0),
            autoping=changes.get("autoping", True),
        )

    @contextlib.asynccontextmanager
    async def terminal(self, session=None, cols=80, rows=24, **changes):
        """Both sockets, with the shell open."""
        changes.setdefault("page", os.urandom(8).hex())
        async with (
            self.connect("ws", session, **changes) as shell,
            self.connect("ctl", session, **changes) as ctl,
        ):
            await ctl.send_json({"cmd": "open", "cols": cols, "rows": rows})
            yield Terminal(shell, ctl)


class Terminal:
    """The two sockets of a page."""

    def __init__(self, shell, ctl):
        self.shell = shell
        self.ctl = ctl
        self.seen = ""

    async def type(self, text):
        await self.shell.send_str(text)

    async def until(self, pattern, seconds=120):
        """Read until the output has the pattern; returns the match. What was read is in `seen`."""
        try:
            async with asyncio.timeout(seconds):
                while not (match := re.search(pattern, self.seen)):
                    message = await self.shell.receive()
                    assert message.type is aiohttp.WSMsgType.TEXT, (message, self.seen[-2000:])
                    self.seen += message.data
        except TimeoutError:
            raise AssertionError(f"no {pattern!r} in {self.seen[-2000:]!r}") from None
        self.seen = self.seen[match.end() :]
        return match

    async def run(self, command, seconds=120):
        """Run a command in the shell; returns what it prints."""
        mark = os.urandom(4).hex()
        split = f"echo '{mark[:4]}''{mark[4:]}'"
        self.seen = ""
        await self.type(f"{split}; {command}; {split}\r")
        found = await self.until(rf"(?s){mark}\r\n(.*?){mark}", seconds)
        return found.group(1).replace("\r", "").strip("\n")


class Server:
    """A terminal server as a process of its own."""

    def __init__(self, process):
        self.process = process
        self.url = ""
        self.lines = []
        self.drain = asyncio.create_task(self.read_log())
        self._more = asyncio.Event()

    @property
    def pid(self):
        return self.process.pid

    async def read_log(self):
        """Read on until the end of the server."""
        async for line in self.process.stderr:
            self.lines.append(line.decode())
            self._more.set()

    async def wait_for_address(self):
        """Wait until it says where it is; AssertionError with its words if it ends before."""
        said = asyncio.ensure_future(self.logs("Terminal at "))
        await asyncio.wait([said, self.drain], return_when=asyncio.FIRST_COMPLETED)
        if not said.done():
            said.cancel()
            raise AssertionError("".join(self.lines))
        self.url = "http://" + re.search(r"Terminal at ([^ ,]+)", await said).group(1)

    async def logs(self, text):
        """Wait until the log holds `text`; all of it up to then."""
        async with asyncio.timeout(120):
            while text not in (log := "".join(self.lines)):
                self._more.clear()
                await self._more.wait()
        return log


async def _start_server(folder, *args, env=None, code=None):
    program = ("-c", code) if code else ("-m", "jupyterhub_butterfly")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *program, "--port=0"),
        *(() if any(word.startswith("--mode=") for word in args) else ("--mode=none",)),
        *(
            ()
            if any(".extensions=" in word for word in args)
            else ("--ButterflyApp.extensions=[]",)
        ),
        *args,
        cwd=folder,
        env={**os.environ, "HOME": str(folder), "PS1": "$ ", "ENV": "", **(env or {})},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    return Server(process)


@pytest.fixture
async def server_factory(tmp_path):
    """`server = await server_factory(*args, env=...)`: a server without a hub, on a free port."""
    servers = []

    async def start(*args, **options):
        servers.append(server := await _start_server(tmp_path, *args, **options))
        await server.wait_for_address()
        return server

    yield start
    for server in servers:
        if server.process.returncode is None:
            server.process.terminate()
        await asyncio.wait_for(server.process.wait(), 120)
        await server.drain


@pytest.fixture
async def person_factory():
    """`person = person_factory(url)`: somebody with cookies of their own."""
    async with contextlib.AsyncExitStack() as stack:
        sessions = []

        def make(root):
            jar = aiohttp.CookieJar(unsafe=True)
            sessions.append(aiohttp.ClientSession(cookie_jar=jar))
            return Person(root, sessions[-1])

        yield make
        for session in sessions:
            stack.push_async_callback(session.close)


@pytest.fixture
async def server(server_factory):
    """A server without a hub."""
    return await server_factory()


@pytest.fixture
async def person(server, person_factory):
    """Somebody with the page of session 1 of `server` open."""
    somebody = person_factory(server.url)
    await somebody.open_terminal("/")
    return somebody


@pytest.fixture
async def terminal_hub(hub_factory):
    """A real hub, with its proxy, whose servers are terminals."""
    return await hub_factory(HUB_CONFIG.format(python=sys.executable))
