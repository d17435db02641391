"""How the benchmark's servers are run: alone on a port, or started and entered through a real hub.

Either way `bench_terminal` gets a `RunningServer`: one that has answered and been entered.
"""

from __future__ import annotations

import asyncio
import contextlib
import html
import os
import re
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tests" / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "demo"))

import peers

import ports
import realhub

START_SECONDS = 60
# What every server and shell finds. The prompt is what the measurements wait for; compiled modules
# are kept, as in every installation: else the starts would compare the sizes of sources.
ENVIRONMENT = {"PS1": "$ ", "ENV": "", "KUBECONFIG": "/dev/null", "PYTHONDONTWRITEBYTECODE": ""}

CONFIG = """
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = "{folder}/home-{{username}}"
c.Spawner.environment = {environment!r}
c.Spawner.start_timeout = c.Spawner.http_timeout = 120
commands = {commands!r}

def choose(spawner):
    spawner.cmd = ["/bin/sh", "{launcher}", "{folder}/" + spawner.user.name, *commands[spawner.user.name]]

c.Spawner.pre_spawn_hook = choose
"""  # noqa: E501 - a program

# Notes when the server's own program begins, where it will listen, and who it is.
LAUNCHER = """
{ date +%s.%N; echo "$JUPYTERHUB_SERVICE_URL"; echo $$; } > "$1.new"
mv "$1.new" "$1.started"
shift
exec "$@"
"""


@dataclass
class RunningServer:
    """A server that has answered: its URL without a last slash, and a browser that is let in."""

    base: str
    process: psutil.Process
    seconds: float
    cpu: float
    http: aiohttp.ClientSession


def cpu_seconds(process: psutil.Process) -> float:
    """Return what the process's threads have used; finer than the clock ticks of `cpu_times`."""
    tasks = Path(f"/proc/{process.pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


async def wait_for_answer(http: aiohttp.ClientSession, url: str) -> None:
    """Ask until somebody answers."""
    async with asyncio.timeout(START_SECONDS):
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with http.get(url, allow_redirects=False) as answer:
                    if answer.status < 500:
                        return
            await asyncio.sleep(0.002)


def read_note(note: Path) -> list[str]:
    """Wait for what the launcher notes."""
    deadline = time.monotonic() + START_SECONDS
    while not note.exists():
        if time.monotonic() > deadline:
            raise TimeoutError(f"the hub has not started {note.stem}")
        time.sleep(0.002)
    return note.read_text().split()


class Standalone:
    """A server on a port of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextlib.asynccontextmanager
    async def run(self, peer: peers.Peer) -> AsyncIterator[RunningServer]:
        """Start it, open its first page, and end it at the end."""
        with ports.hold_port() as held:
            async with self._start(peer, held.port) as running:
                yield running

    @contextlib.asynccontextmanager
    async def _start(self, peer: peers.Peer, port: int) -> AsyncIterator[RunningServer]:
        base = f"http://127.0.0.1:{port}"
        home = self.folder / f"home-{peer.name}-{port}"
        home.mkdir()
        started = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *peer.command(port),
            env={**os.environ, **ENVIRONMENT, "HOME": str(home)},
            cwd=home,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with aiohttp.ClientSession() as http:
                await wait_for_answer(http, base + peer.health)
                seconds = time.perf_counter() - started
                cpu = cpu_seconds(psutil.Process(process.pid))
                async with http.get(base + peer.first_page) as page:
                    await page.read()
                yield RunningServer(base, psutil.Process(process.pid), seconds, cpu, http)
        finally:
            await end(psutil.Process(process.pid) if process.returncode is None else None)
            await process.wait()


class BehindHub:
    """A hub whose users each have another kind of server."""

    def __init__(self, folder: Path, hub: realhub.RealHub) -> None:
        self.folder = folder
        self.hub = hub

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, folder: Path, found: list[peers.Peer]) -> AsyncIterator[BehindHub]:
        """Start a hub for these."""
        launcher = folder / "launch.sh"
        launcher.write_text(LAUNCHER)
        config = CONFIG.format(
            folder=folder,
            launcher=launcher,
            environment=ENVIRONMENT,
            commands={peer.name: peer.command(0) for peer in found},
        )
        async with realhub.real_hubs(folder) as start:
            yield cls(folder, await start(config))

    @contextlib.asynccontextmanager
    async def run(self, peer: peers.Peer) -> AsyncIterator[RunningServer]:
        """Have it started, log in, open its first page, and have it stopped at the end."""
        note = self.folder / f"{peer.name}.started"
        note.unlink(missing_ok=True)
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as http:
            await self._log_in(http, peer.name)
            asked = asyncio.create_task(self.hub.api("POST", f"users/{peer.name}/server"))
            process = None
            try:
                started, url, pid = await asyncio.to_thread(read_note, note)
                process = psutil.Process(int(pid))
                base = url.rstrip("/")
                await wait_for_answer(http, base + peer.health)
                seconds = time.time() - float(started)
                cpu = cpu_seconds(process)
                await asked
                await self._enter(http, peer)
                yield RunningServer(base, process, seconds, cpu, http)
            finally:
                await asyncio.wait({asked})
                await self.hub.api("DELETE", f"users/{peer.name}/server", {})
                await end(process)
                await self._wait_until(peer, lambda server: server is None)

    async def _log_in(self, http: aiohttp.ClientSession, name: str) -> None:
        login = f"{self.hub.url}hub/login?next=%2Fhub%2Fhome"
        async with http.get(login) as page:
            found = re.search(r'name="_xsrf" value="([^"]*)"', await page.text())
        form = {"username": name, "password": "x", "_xsrf": html.unescape(found[1])}
        async with http.post(login, data=form) as page:
            page.raise_for_status()

    async def _enter(self, http: aiohttp.ClientSession, peer: peers.Peer) -> None:
        await self._wait_until(peer, lambda server: server is not None and server["ready"])
        url = f"{self.hub.url}user/{peer.name}{peer.first_page}"
        async with http.get(url, headers={"Accept": "text/html"}) as page:
            await page.read()
            if page.status != 200 or "/hub/" in str(page.url):
                raise ConnectionError(f"logged in, and got {page.status} at {page.url}")

    async def _wait_until(self, peer: peers.Peer, is_so: Callable[[Any], bool]) -> None:
        async with asyncio.timeout(START_SECONDS):
            while True:
                _, user = await self.hub.api("GET", f"users/{peer.name}")
                if is_so(((user or {}).get("servers") or {}).get("")):
                    return
                await asyncio.sleep(0.05)


async def end(process: psutil.Process | None) -> None:
    """See that a server is gone, with what it started."""
    if process is None or not process.is_running():
        return
    with contextlib.suppress(psutil.NoSuchProcess):
        family = [process, *process.children(recursive=True)]
        process.terminate()
        _, left = await asyncio.to_thread(psutil.wait_procs, family, 5)
        for one in left:
            one.kill()
