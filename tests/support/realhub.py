"""A real JupyterHub with its real proxy, on loopback, for tests.

Used through the fixture `hub_factory` of the root conftest.py. The hub is a
subprocess, so it can be killed and started again on the same database.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import psutil

from hub_process import HubProcess
from ports import HeldPort, hold_port

READY = "JupyterHub is now running"
START_SECONDS = 120
STOP_SECONDS = 20

PRELUDE = """
c = get_config()
c.JupyterHub.bind_url = {url!r}
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub_port}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.ConfigurableHTTPProxy.command = ["configurable-http-proxy"]
c.JupyterHub.db_url = "sqlite:///{folder}/hub.sqlite"
c.JupyterHub.cookie_secret_file = "{folder}/cookie_secret"
c.ConfigurableHTTPProxy.pid_file = "{folder}/proxy.pid"
c.JupyterHub.log_level = "DEBUG"
c.JupyterHub.services = [{{"name": "test-admin", "api_token": {token!r}}}]
c.JupyterHub.load_roles = [
    {{"name": "test-admin", "services": ["test-admin"],
      "scopes": ["admin:users", "admin:servers", "admin:groups", "admin:server_state",
                 "access:servers", "tokens", "list:services", "read:hub", "shutdown"]}},
]
"""


@dataclass
class RealHub:
    """One hub. `url` ends in a slash; `token` belongs to an administrating service."""

    folder: Path
    config: str
    env: Mapping[str, str]
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    base_url: str = "/"
    log: list[str] = field(default_factory=list)
    process: HubProcess | None = None
    # Held until the end: after a kill and between two starts, too, nobody else gets them.
    _public: HeldPort = field(default_factory=hold_port)
    _hub: HeldPort = field(default_factory=hold_port)
    _proxy: HeldPort = field(default_factory=hold_port)
    _family: dict[int, psutil.Process] = field(default_factory=dict)
    _pipe: tuple[int, int] | None = None
    _partial: str = ""
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def port(self) -> int:
        """Where people open it: the proxy."""
        return self._public.port

    @property
    def hub_port(self) -> int:
        """Where the hub itself listens."""
        return self._hub.port

    @property
    def proxy_port(self) -> int:
        """Where the hub tells the proxy its routes."""
        return self._proxy.port

    @property
    def url(self) -> str:
        """Where a browser goes; ends in a slash."""
        return f"http://127.0.0.1:{self.port}{self.base_url}"

    @property
    def log_text(self) -> str:
        """All that the hub, its proxy and its managed services have logged."""
        return "".join(self.log)

    async def start(self) -> None:
        """Start (again) and return once the hub says that it runs."""
        config = self.folder / "jupyterhub_config.py"
        config.write_text(PRELUDE.format(**self._names()) + self.config)
        start = len(self.log)
        out = self._log_pipe()
        self._forget()
        environ = {**os.environ, **self.env}
        self.process = await HubProcess.start(self.folder, config, environ, out)
        await self.logged(READY, since=start, seconds=START_SECONDS)

    async def logged(self, text: str, *, since: int = 0, seconds: float = 120) -> str:
        """The first log line from the `since`-th on that has `text`; fails when the hub ends."""
        ended = asyncio.create_task(self.process.wait()) if self.process else None
        try:
            async with asyncio.timeout(seconds):
                while True:
                    for line in self.log[since:]:
                        if text in line:
                            return line
                    if ended is None or ended.done():
                        self._read_rest()
                        why = f"the hub ended, never logged {text!r}"
                        raise AssertionError(f"{why}:\n{self.log_text}")
                    await self._news_or(ended)
        except TimeoutError:
            raise AssertionError(f"no {text!r} in {seconds} s:\n{self.log_text}") from None
        finally:
            if ended is not None:
                ended.cancel()

    async def until(self, true: Callable[[], Awaitable[Any]], *, seconds: float = 120) -> Any:
        """Wait until what the hub is asked is so, and return it.

        For what its REST API tells and its log does not: then there is no event to wait for.
        """
        try:
            async with asyncio.timeout(seconds):
                while not (said := await true()):
                    await asyncio.sleep(0.1)
                return said
        except TimeoutError:
            raise AssertionError(f"not so in {seconds} s:\n{self.log_text}") from None

    async def api(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Call the hub's REST API as the administrating service: status and decoded body."""
        headers = {"Authorization": f"token {self.token}"}
        url = f"http://127.0.0.1:{self.hub_port}{self.base_url}hub/api/{path.lstrip('/')}"
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.request(method, url, json=body) as answer,
        ):
            text = await answer.text()
            return answer.status, json.loads(text) if text else None

    async def start_server(self, name: str, body: object = None) -> list[dict[str, Any]]:
        """Start a user's server and follow its progress to the end; the events, as JupyterHub's."""
        status, said = await self.api("POST", f"users/{name}/server", body)
        assert status in (201, 202), f"{said}\n{self.log_text}"
        headers = {"Authorization": f"token {self.token}"}
        url = f"http://127.0.0.1:{self.hub_port}{self.base_url}hub/api/users/{name}/server/progress"
        async with (
            asyncio.timeout(120),
            aiohttp.ClientSession(headers=headers) as session,
            session.get(url) as answer,
        ):
            lines = [line async for line in answer.content if line.startswith(b"data:")]
        return [json.loads(line[5:]) for line in lines]

    async def kill(self) -> None:
        """SIGKILL to the hub alone, as a crash: proxy, services and servers stay."""
        assert self.process is not None
        self._remember()
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> None:
        """SIGTERM and wait: the hub cleans up after itself as configured."""
        if self.process is None or self.process.returncode is not None:
            return
        self._remember()
        self.process.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), STOP_SECONDS)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()

    async def restart(self) -> None:
        """Stop and start on the same database and ports."""
        await self.stop()
        await self.start()

    async def close(self) -> None:
        """Stop, and end whatever this hub has ever started."""
        await self.stop()
        self._forget()
        self._remember_proxy()
        for process in self._family.values():
            if process.is_running():
                process.kill()
        if self._pipe is not None:
            asyncio.get_running_loop().remove_reader(self._pipe[0])
            for end in self._pipe:
                os.close(end)
            self._pipe = None
        for held in (self._public, self._hub, self._proxy):
            held.close()

    def _log_pipe(self) -> int:
        # One pipe for all starts: after a kill the proxy lives on and goes on logging to it.
        if self._pipe is None:
            self._pipe = os.pipe()
            os.set_blocking(self._pipe[0], False)
            asyncio.get_running_loop().add_reader(self._pipe[0], self._read)
        return self._pipe[1]

    def _read(self) -> None:
        assert self._pipe is not None
        text = os.read(self._pipe[0], 2**16).decode(errors="replace")
        *lines, self._partial = (self._partial + text).split("\n")
        self.log.extend(line + "\n" for line in lines)
        self._news.set()

    def _read_rest(self) -> None:
        """Read what a hub that has ended said last; the loop may not have come to it yet."""
        with contextlib.suppress(BlockingIOError):
            while self._pipe is not None:
                self._read()

    async def _news_or(self, ended: asyncio.Task[int]) -> None:
        self._news.clear()
        news = asyncio.create_task(self._news.wait())
        await asyncio.wait({news, ended}, return_when=asyncio.FIRST_COMPLETED)
        news.cancel()

    def _forget(self) -> None:
        if self.process is not None:
            self.process.close()
            self.process = None

    def _remember(self) -> None:
        assert self.process is not None
        for child in psutil.Process(self.process.pid).children(recursive=True):
            self._family[child.pid] = child

    def _remember_proxy(self) -> None:
        """The proxy of a hub that ended by itself, which would log into a closed pipe for ever."""
        file = self.folder / "proxy.pid"
        with contextlib.suppress(OSError, ValueError, psutil.Error):
            proxy = psutil.Process(int(file.read_text()))
            if str(self.port) in proxy.cmdline():
                self._family[proxy.pid] = proxy

    def _names(self) -> dict[str, object]:
        return {
            "url": self.url,
            "hub_port": self.hub_port,
            "proxy_port": self.proxy_port,
            "folder": self.folder,
            "token": self.token,
        }


@asynccontextmanager
async def real_hubs(folder: Path) -> AsyncIterator[Callable[..., Any]]:
    """A factory of hubs, all of them ended at the end, however the test ends."""
    hubs: list[RealHub] = []

    async def start_hub(
        config: str, *, env: Mapping[str, str] | None = None, start: bool = True
    ) -> RealHub:
        home = folder / f"hub-{len(hubs)}"
        home.mkdir()
        hub = RealHub(home, config, env or {})
        hubs.append(hub)
        if start:
            await hub.start()
        return hub

    try:
        yield start_hub
    finally:
        for hub in hubs:
            await hub.close()


def proxy_missing() -> str | None:
    """Why no hub can be started here, or None."""
    if shutil.which("configurable-http-proxy"):
        return None
    return "needs configurable-http-proxy on PATH (npm install configurable-http-proxy)"


__all__ = ["RealHub", "proxy_missing", "real_hubs"]
