"""Containers of our own images for tests, run as a cluster runs them: no root, no rights.

Used by tests/test_image_build_*.py, which run by `python3 noxfile.py -s images`: that session
builds the images and gives the tests a network of their own, so that the images' fixed ports are
free.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from image_engine import Engine, EngineError
from visitor import Terminal

ANYBODY = "1234567:0"  # a user id of the cluster's choice, without a line in /etc/passwd
RESTRICTED = (
    "--passwd=false",
    *("--cap-drop", "all"),
    *("--security-opt", "no-new-privileges"),
)
START_SECONDS = 180


@dataclass(frozen=True)
class Login:
    """One name and password."""

    name: str
    password: str

    @property
    def headers(self) -> dict[str, str]:
        """What a browser sends with each request."""
        both = base64.b64encode(f"{self.name}:{self.password}".encode()).decode()
        return {"Authorization": f"Basic {both}"}


@dataclass(frozen=True)
class Container:
    """One that runs."""

    engine: Engine
    id: str

    def is_running(self) -> bool:
        """Whether its first process still is."""
        return self.engine.run("inspect", "--format", "{{.State.Running}}", self.id) == "true"

    def logs(self) -> str:
        """What it has written."""
        return self.engine.read_logs(self.id)

    def stop(self) -> int:
        """Tell it to end, as a cluster does; its exit code."""
        self.engine.run("stop", "--time", "10", self.id)
        return int(self.engine.run("inspect", "--format", "{{.State.ExitCode}}", self.id))

    def execute(self, *words: str) -> str:
        """What a further process in it prints. Raises `EngineError`."""
        return self.engine.run("exec", self.id, *words)


def make_options(environment: Mapping[str, str], user: str, *more: str) -> list[str]:
    """The options of podman for a container of a cluster."""
    variables = [word for pair in environment.items() for word in ("-e", "=".join(pair))]
    return ["--user", user, *RESTRICTED, *variables, *more]


@contextlib.contextmanager
def run(
    engine: Engine,
    image: str,
    *command: str,
    environment: Mapping[str, str] | None = None,
    user: str = ANYBODY,
    options: tuple[str, ...] = (),
    read_only: bool = True,
) -> Iterator[Container]:
    """A container that runs during the test and is removed with it."""
    words = make_options(environment or {}, user, *options)
    if read_only:
        words.append("--read-only")
    container = Container(engine, engine.run("run", "--detach", *words, image, *command))
    try:
        yield container
    finally:
        _remove(container)


def _remove(container: Container) -> None:
    """Remove a container, which may end by itself meanwhile.

    podman fails where that is between its two signals, and leaves a container that has ended.
    """
    command = ("rm", "--force", "--ignore", "--time", "1", container.id)
    try:
        container.engine.run(*command)
    except EngineError:
        container.engine.run(*command)


async def answers(container: Container, url: str, wanted: int = 0, **options: Any) -> int:
    """Wait until the container answers at `url`, with status `wanted` if given; with which."""
    async with asyncio.timeout(START_SECONDS), aiohttp.ClientSession() as http:
        while True:
            with contextlib.suppress(aiohttp.ClientConnectionError):
                async with http.get(url, allow_redirects=False, **options) as answer:
                    if wanted in (0, answer.status):
                        return answer.status
            assert container.is_running(), container.logs()
            await asyncio.sleep(0.1)  # nothing tells that a port of another process listens


@contextlib.asynccontextmanager
async def open_shell(url: str, login: Login, name: str = "1") -> AsyncIterator[Terminal]:
    """A shell of a terminal that has no hub, opened as its page opens it."""
    async with aiohttp.ClientSession(headers=login.headers) as http:
        async with http.get(f"{url}/terminal/ticket") as answer:
            ticket = json.loads(await answer.text())["ticket"]
        words = {"protocols": ("butterfly", f"ticket.{ticket}", "page.check"), "origin": url}
        async with (
            http.ws_connect(f"{url}/ctl/session/{name}", **words) as control,
            http.ws_connect(f"{url}/ws/session/{name}", **words) as shell,
        ):
            await control.send_json({"cmd": "open", "cols": 200, "rows": 40})
            yield Terminal(shell)


def make_login() -> tuple[dict[str, str], Login]:
    """Variables of a login with one name and password, and that login."""
    password = secrets.token_urlsafe(12)
    return {"AUTH_USERNAME": "ada", "AUTH_PASSWORD": password}, Login("ada", password)
