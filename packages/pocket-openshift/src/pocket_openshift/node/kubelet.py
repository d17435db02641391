"""The node's own endpoint: logs of its containers and commands in them, for the API server alone.

Listens on loopback. The API server finds the port in the Node's `status.daemonEndpoints` and the
bearer token in the
annotation `pocket-openshift/log-token`, which only those who may read nodes see.
"""

from __future__ import annotations

import asyncio
import hmac
import os
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from pocket_openshift.loopback_server import LoopbackServer
from pocket_openshift.node import containers, execs, pods
from pocket_openshift.node.rules import lines, states

TOKEN_ANNOTATION = "pocket-openshift/log-token"  # noqa: S105 - a name
FLAGS = ("true", "1")

Find = Callable[[str, str], pods.Pod | None]


class Kubelet:
    """The endpoint. `find` gives the pod of a namespace and name."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self.token, self.port = secrets.token_urlsafe(32), 0
        app = web.Application(middlewares=[self._check])
        place = "/{namespace}/{pod}/{container}"
        app.router.add_get("/containerLogs" + place, self._answer_log)
        app.router.add_get("/exec" + place, self._answer_exec)
        self._server = LoopbackServer(app)
        self.close = self._server.close

    async def open(self) -> None:
        """Listen on a free port."""
        self.port = await self._server.listen()

    @property
    def annotations(self) -> dict[str, str]:
        """What the Node object tells the API server."""
        return {TOKEN_ANNOTATION: self.token}

    @web.middleware
    async def _check(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Only the API server may ask."""
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self.token}".encode()):
            raise web.HTTPUnauthorized
        return await handler(request)

    def _find_container(self, request: web.Request) -> tuple[containers.Container | None, str]:
        """The container that is meant, and what to call it."""
        namespace, pod_name, name = request.match_info.values()
        pod = self._find(namespace, pod_name)
        every = [*pod.init, *pod.main] if pod else []
        found = next((one for one in every if one.name == name), None)
        return found, f'container "{name}" of pod "{pod_name}"'

    async def _answer_exec(self, request: web.Request) -> web.StreamResponse:
        """GET /exec/NAMESPACE/POD/CONTAINER: command, stdin, stdout, stderr and tty are asked."""
        return await execs.serve(request, *self._find_container(request))

    async def _answer_log(self, request: web.Request) -> web.StreamResponse:
        """GET /containerLogs/NAMESPACE/POD/CONTAINER, as of a kubelet; `follow` is as it grows."""
        query = dict(request.query)
        container, title = self._find_container(request)
        if container is None:
            raise web.HTTPBadRequest(text=f"{title} is not on this node")
        path, reason = choose_log(container, previous=query.get("previous") in FLAGS)
        if path is None:
            raise web.HTTPBadRequest(text=reason)
        try:
            options = parse_options(query, datetime.now(UTC))
        except ValueError as error:
            text = f"a parameter of the log is no number or time: {error}"
            raise web.HTTPBadRequest(text=text) from error
        if query.get("follow") not in FLAGS:
            whole = lines.render(await asyncio.to_thread(read_lines, path), options)
            return web.Response(body=whole, content_type="text/plain")
        response = web.StreamResponse(headers={"Content-Type": "text/plain"})
        await response.prepare(request)
        async for piece in follow_log(container, path, options):
            await response.write(piece)
        return response


def choose_log(container: containers.Container, *, previous: bool) -> tuple[Path | None, str]:
    """The file of the present run or the one before, or why there is none, in a kubelet's words."""
    where = f'container "{container.name}" in pod "{container.pod["metadata"]["name"]}"'
    folder = container.around.folder
    if previous:
        restarts = container.restarts - 1
        if restarts < 0 or not folder.log(container.name, restarts).exists():
            return None, f"previous terminated {where} not found"
        return folder.log(container.name, restarts), ""
    if isinstance(container.state, states.Waiting) and container.last is None:
        return None, f"{where} is waiting to start: {container.state.reason}"
    return container.log_file, ""


def parse_options(query: Mapping[str, str], now: datetime) -> lines.Options:
    """The query of a log request. ValueError for what is no number or time."""
    since = None
    if query.get("sinceSeconds"):
        since = now - timedelta(seconds=int(query["sinceSeconds"]))
    elif query.get("sinceTime"):
        since = datetime.fromisoformat(query["sinceTime"])
    tail, limit = query.get("tailLines"), query.get("limitBytes")
    return lines.Options(
        int(tail) if tail else None,
        since,
        query.get("timestamps") in FLAGS,
        int(limit) if limit else None,
    )


def read_lines(path: Path) -> list[bytes]:
    """The lines of a log, of its older part first."""
    parts = (path.with_name(path.name + ".1"), path)
    return [line for part in parts if part.exists() for line in part.read_bytes().splitlines(True)]


async def follow_log(
    container: containers.Container, path: Path, options: lines.Options
) -> AsyncIterator[bytes]:
    """What the log holds, then each piece that is added, until the run ends."""
    process = container.process
    news = asyncio.Event()
    stop = process.follow(news.set) if process else lambda: None
    reader = Reader(path)
    try:
        yield lines.render([*reader.older(), *reader.more()], options)
        while process:
            ended = process.ended  # asked before reading: what came before the end is not lost
            yield b"".join(
                lines.render_line(line, timestamps=options.timestamps) for line in reader.more()
            )
            if ended:
                return
            await news.wait()
            news.clear()
    finally:
        stop()
        reader.close()


class Reader:
    """Reads whole lines as they are added, across the log's rotation."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd = -1
        self._rest = b""
        self._open()

    def _open(self) -> None:
        if self.path.exists():
            self._fd = os.open(self.path, os.O_RDONLY)

    def close(self) -> None:
        """Close the file."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def older(self) -> list[bytes]:
        """The lines of the part before."""
        before = self.path.with_name(self.path.name + ".1")
        return before.read_bytes().splitlines(True) if before.exists() else []

    def more(self) -> list[bytes]:
        """Lines that were added since the last call."""
        if self._fd < 0:
            self._open()
        if self._fd < 0:
            return []
        data = self._rest + self._read()
        if self._is_rotated():
            data += self._read()  # written between our read and the rotation
            self.close()
            self._open()
            data += self._read()
        *whole, self._rest = data.split(b"\n")
        return [line + b"\n" for line in whole]

    def _read(self) -> bytes:
        pieces = []
        while piece := os.read(self._fd, 1 << 20):
            pieces.append(piece)
        return b"".join(pieces)

    def _is_rotated(self) -> bool:
        try:
            return Path(self.path).stat().st_ino != os.fstat(self._fd).st_ino
        except OSError:
            return False
