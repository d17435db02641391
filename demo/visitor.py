"""One visitor who plays the workshop by itself: `python3 noxfile.py -s demo -- --check`.

Real HTTP and a real websocket against the running demo, a line a step: log in by POST, watch the
start, run a command in the terminal, stop, and wait until nothing of the session is left.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import re
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import aiohttp

import cluster

GONE_SECONDS = 60
COMMAND_SECONDS = 30
# What a shell prints in colour, and where it moves to, is not what it says.
ESCAPES = re.compile(r"\x1b(\[[0-9;?]*[a-zA-Z]|\][^\x07]*\x07|[()][A-Z0-9]|[=>])")


class VisitError(Exception):
    """A step did not do what it must; the message says which and what came instead."""


class Form(HTMLParser):
    """The first form of a page: its action and the values of its fields."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form's action, or a field's value."""
        values = dict(attrs)
        if tag == "form" and self.action is None:
            self.action = values.get("action") or ""
        if tag == "input" and values.get("name"):
            self.fields[str(values["name"])] = values.get("value") or ""


class Visitor:
    """A browser's worth of cookies, and what a visitor does with them."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self.name = ""
        self._session = session

    @classmethod
    @contextlib.asynccontextmanager
    async def arrive(cls, url: str) -> AsyncIterator[Visitor]:
        """A new visitor at the hub's public `url`, with an empty cookie jar."""
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as session:
            yield cls(url, session)

    async def open_login(self) -> tuple[str, dict[str, str]]:
        """The address and the fields of the login page's form."""
        async with self._session.get(self.url + "hub/login") as page:
            form = Form(await page.text())
            return urljoin(str(page.url), form.action or ""), form.fields

    async def log_in(self, **typed: str) -> str:
        """Open the login page, send its form back; the user's name."""
        address, fields = await self.open_login()
        data = fields | typed
        async with self._session.post(address, data=data) as page:
            text = await page.text()
            found = re.search(r"/(?:spawn-pending|user)/([^/?]+)", str(page.url))
            if not found:
                raise VisitError(f"login ended at {page.url} ({page.status}): {text[:500]}")
        self.name = found[1]
        return self.name

    async def watch_start(self) -> AsyncIterator[str]:
        """The lines of the hub's progress page, until the session is ready."""
        path = f"hub/api/users/{self.name}/server/progress"
        async with self._session.get(self.url + path, headers=self._xsrf()) as events:
            async for line in events.content:
                if line.startswith(b"data:"):
                    event = json.loads(line[5:])
                    if event.get("failed"):
                        raise VisitError(event.get("message", "the start failed"))
                    yield event.get("message", "")
                    if event.get("ready"):
                        return
        raise VisitError("the progress page ended before the session was ready")

    async def open(self, path: str = "") -> str:
        """A page of the visitor's own server, through the OAuth handshake."""
        async with self._session.get(f"{self.url}user/{self.name}/{path}") as page:
            if page.status != 200:
                raise VisitError(f"{page.url} answered {page.status}")
            return await page.text()

    @contextlib.asynccontextmanager
    async def terminal(self, name: str = "1") -> AsyncIterator[Terminal]:
        """A shell, opened as the terminal's page opens it: a ticket, then two websockets."""
        ticket = json.loads(await self.open("terminal/ticket"))["ticket"]
        offers = ("butterfly", f"ticket.{ticket}", "page.check")
        base = f"{self.url}user/{self.name}/"
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(self.url))
        connect = functools.partial(self._session.ws_connect, protocols=offers, origin=origin)
        async with (
            connect(f"{base}ctl/session/{name}") as control,
            connect(f"{base}ws/session/{name}") as shell,
        ):
            await control.send_json({"cmd": "open", "cols": 120, "rows": 40})
            yield Terminal(shell)

    async def stop(self) -> None:
        """Stop the session, as the hub's home page does."""
        path = f"hub/api/users/{self.name}/server"
        await self._session.get(self.url + "hub/home")
        async with self._session.delete(self.url + path, headers=self._xsrf()) as answer:
            if answer.status not in (202, 204):
                raise VisitError(f"stop answered {answer.status}: {await answer.text()}")

    def _xsrf(self) -> dict[str, str]:
        cookies = self._session.cookie_jar.filter_cookies(aiohttp.client.URL(self.url + "hub/"))
        return {"X-XSRFToken": cookies["_xsrf"].value} if "_xsrf" in cookies else {}


class Terminal:
    """A shell behind its websocket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def run(self, command: str) -> str:
        """Type a command; what it printed, once it has ended. `VisitError` when it does not end."""
        mark = secrets.token_hex(4)
        # The quotes keep the mark out of the echo of what is typed.
        await self._socket.send_str(f'{command}; echo ""{mark[:4]}""{mark[4:]}\n')
        output = ""
        try:
            async with asyncio.timeout(COMMAND_SECONDS):
                async for message in self._socket:
                    output += str(message.data)
                    if mark in output:
                        break
        except TimeoutError:
            raise VisitError(f"{command!r} did not end; the terminal shows: {output}") from None
        lines = ESCAPES.sub("", output.replace("\r", "")).split(mark)[0].splitlines()
        return "\n".join(line for line in lines if mark[:4] not in line).strip()


async def play(settings: Mapping[str, str]) -> None:
    """Play one visitor from login to the last trace; prints a line a step, raises `VisitError`."""
    say = Steps()
    admin = Path(settings["ADMIN_KUBECONFIG"])
    hub = HubView(settings)
    before = await hub.users()
    async with Visitor.arrive(settings["DEMO_URL"]) as visitor:
        await visitor.open_login()
        if await hub.users() != before:
            raise VisitError("opening the login page made a user")
        name = await visitor.log_in(code=settings["DEMO_ACCESS_CODE"])
        say(f"logged in by the button as {name}")
        async for message in visitor.watch_start():
            say(f"  {message}")
        await visitor.open()
        say("the session's page is open")
        async with visitor.terminal() as terminal:
            say(f"the shell says: {await terminal.run('echo hello from $PROJECT_NAMESPACE')}")
            for command, expected in make_commands():
                answer = await terminal.run(command)
                if expected not in answer:
                    raise VisitError(f"{command!r} said {answer!r}, not {expected!r}")
                say(f"$ {command.split(chr(10))[0][:60]}: {answer.splitlines()[-1][:100]}")
        await visitor.stop()
        say("stopped the session")
    await until_gone(admin, hub, name)
    say("nothing of it is left in the cluster or the hub")


def make_commands() -> list[tuple[str, str]]:
    """Commands for the session's shell, each with what its answer must have in it."""
    ask = "pocket-openshift get"
    return [
        (f"{ask} serviceaccounts", "default"),
        (f"{ask} pods -n default", "cannot list resource"),
        (f"{ask} namespaces", "cannot list resource"),
    ]


async def until_gone(admin: Path, hub: HubView, name: str) -> None:
    """Wait until hub and cluster have nothing of the user; `VisitError` with what is left."""
    left: list[str] = []
    try:
        async with asyncio.timeout(GONE_SECONDS):
            while left := await cluster.leftovers(admin, name) + await hub.leftovers(name):
                await asyncio.sleep(0.1)  # a poll with a deadline: two systems, no common event
    except TimeoutError:
        raise VisitError(f"left {GONE_SECONDS} s after the stop: {', '.join(left)}") from None


class HubView:
    """What an observer sees of the hub, by its REST API."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._url = settings["DEMO_URL"] + "hub/api/users"
        self._headers = {"Authorization": f"token {settings['DEMO_CHECK_TOKEN']}"}

    async def users(self) -> list[str]:
        """The names of all users."""
        async with (
            aiohttp.ClientSession(headers=self._headers) as session,
            session.get(self._url) as answer,
        ):
            return [user["name"] for user in await answer.json()]

    async def leftovers(self, name: str) -> list[str]:
        """The user, while there is one."""
        return [f"user/{name}"] if name in await self.users() else []


class Steps:
    """Lines with the seconds since the first."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def __call__(self, text: str) -> None:
        print(f"{time.monotonic() - self._start:6.2f}  {text}", flush=True)
