"""The node's own endpoint: logs of its containers and commands in them, for the API server alone.

Listens on loopback. The API server finds the port in the Node's `status.daemonEndpoints` and the
bearer token in the
annotation `pocket-openshift/log-token`, which only those who may read nodes see.
"""

from __future__ import annotations

import asyncio
import datetime
import os
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import tornado.httpserver
import tornado.iostream
import tornado.netutil
import tornado.web

from pocket_openshift.node import containers, execs, pods
from pocket_openshift.node.rules import lines, states

TOKEN_ANNOTATION = "pocket-openshift/log-token"  # noqa: S105 - a name
HOST = "127.0.0.1"
FLAGS = ("true", "1")

Find = Callable[[str, str], pods.Pod | None]


class Kubelet:
    """The endpoint. `find` gives the pod of a namespace and name."""

    def __init__(self, find: Find) -> None:
        self.token = secrets.token_urlsafe(32)
        arguments = {"find": find, "token": self.token}
        place = r"/([^/]+)/([^/]+)/([^/]+)"
        routes: list[Any] = [
            ("/containerLogs" + place, LogHandler, arguments),
            ("/exec" + place, execs.ExecHandler, arguments),
        ]
        self._server = tornado.httpserver.HTTPServer(
            tornado.web.Application(routes, log_function=lambda _: None)
        )
        self.port = 0

    def open(self) -> None:
        """Listen on a free port."""
        sockets = tornado.netutil.bind_sockets(0, HOST)
        self.port = sockets[0].getsockname()[1]
        self._server.add_sockets(sockets)

    async def close(self) -> None:
        """Stop listening and drop who still reads."""
        self._server.stop()
        await self._server.close_all_connections()

    @property
    def annotations(self) -> dict[str, str]:
        """What the Node object tells the API server."""
        return {TOKEN_ANNOTATION: self.token}


class LogHandler(tornado.web.RequestHandler):
    """GET /containerLogs/NAMESPACE/POD/CONTAINER, as a kubelet has it."""

    def initialize(self, find: Find, token: str) -> None:
        """What `Kubelet` passes on."""
        self.find, self.token = find, token
        self.left = asyncio.Event()

    def prepare(self) -> None:
        """Only the API server may ask."""
        execs.check(self.request, self.token)

    def on_connection_close(self) -> None:
        """The reader is gone."""
        self.left.set()

    async def get(self, namespace: str, pod_name: str, name: str) -> None:
        """The log, and what is added to it if `follow` is set."""
        query = {key: self.get_query_argument(key) for key in self.request.query_arguments}
        container = execs.find_container(self.find(namespace, pod_name), name)
        self.set_header("Content-Type", "text/plain")
        if container is None:
            self._refuse(f'container "{name}" of pod "{pod_name}" is not on this node')
            return
        path, reason = choose_log(container, previous=query.get("previous") in FLAGS)
        if path is None:
            self._refuse(reason)
            return
        try:
            options = parse_options(query, datetime.datetime.now(datetime.UTC))
        except ValueError as error:
            self._refuse(f"a parameter of the log is no number or time: {error}")
            return
        await self._send(container, path, options, follow=query.get("follow") in FLAGS)

    def _refuse(self, text: str) -> None:
        self.set_status(400)
        self.finish(text)

    async def _send(
        self, container: containers.Container, path: Path, options: lines.Options, *, follow: bool
    ) -> None:
        try:
            if not follow:
                self.write(lines.render(await asyncio.to_thread(read_lines, path), options))
                return
            async for text in follow_log(container, path, options, self.left):
                self.write(text)
                await self.flush()
        except tornado.iostream.StreamClosedError:
            return


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


def parse_options(query: Mapping[str, str], now: datetime.datetime) -> lines.Options:
    """The query of a log request. ValueError for what is no number or time."""
    since = None
    if query.get("sinceSeconds"):
        since = now - datetime.timedelta(seconds=int(query["sinceSeconds"]))
    elif query.get("sinceTime"):
        since = datetime.datetime.fromisoformat(query["sinceTime"])
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
    container: containers.Container, path: Path, options: lines.Options, left: asyncio.Event
) -> AsyncIterator[bytes]:
    """What the log holds, then each piece that is added, until the run ends or the reader left."""
    process = container.process
    news = asyncio.Event()
    stop = process.follow(news.set) if process else lambda: None
    reader = Reader(path)
    try:
        yield lines.render([*reader.older(), *reader.more()], options)
        while process and not left.is_set():
            ended = process.ended  # asked before reading: what came before the end is not lost
            yield b"".join(
                lines.render_line(line, timestamps=options.timestamps) for line in reader.more()
            )
            if ended:
                return
            await _either(news, left)
            news.clear()
    finally:
        stop()
        reader.close()


async def _either(*events: asyncio.Event) -> None:
    tasks = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


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
            return os.stat(self.path).st_ino != os.fstat(self._fd).st_ino
        except OSError:
            return False
