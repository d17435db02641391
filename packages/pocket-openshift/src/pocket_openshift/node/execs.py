"""Commands in running containers, over a websocket of Kubernetes' channels.

A message's first byte is its channel: 0 stdin, 1 stdout, 2 stderr, 3 how it ended, 4 the terminal's
size; 255 (v5 of the protocol) closes the channel that follows.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import fcntl
import json
import os
import struct
import termios

from aiohttp import WSMsgType, web

from pocket_openshift.node import containers, processes
from workshop_kube.rules.manifests import Object

PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
STDIN, STDOUT, STDERR, ERROR, RESIZE, CLOSE = 0, 1, 2, 3, 4, 255
CHUNK = 32768
FLAGS = ("true", "1")


def make_status(code: int) -> Object:
    """How a command ended, as kubectl reads it. `code` is negative for a signal."""
    if code == 0:
        return {"metadata": {}, "status": "Success"}
    code = 128 - code if code < 0 else code
    return {
        "metadata": {},
        "status": "Failure",
        "message": f"command terminated with non-zero exit code: {code}",
        "reason": "NonZeroExitCode",
        "details": {"causes": [{"reason": "ExitCode", "message": str(code)}]},
    }


def make_failure(message: str) -> Object:
    """Why a command was not run."""
    return {"metadata": {}, "status": "Failure", "message": message, "reason": "InternalError"}


async def serve(
    request: web.Request, container: containers.Container | None, title: str
) -> web.StreamResponse:
    """Run the command that a request asks for until it ends, or who asks has left."""
    socket = web.WebSocketResponse(protocols=PROTOCOLS)
    await socket.prepare(request)
    command = Command(socket, request)
    work = asyncio.create_task(command.run(container, title))
    try:
        async for message in socket:
            if message.type in (WSMsgType.BINARY, WSMsgType.TEXT) and message.data:
                data = message.data
                await command.take(data.encode() if isinstance(data, str) else data)
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
    return socket


class Command:
    """One command, and the websocket over which it is used."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self._socket, self._query = socket, request.query
        self.process: processes.Process | None = None
        self.ours: dict[int, int] = {}  # channel -> our end of the pipe or terminal
        self.input: asyncio.Queue[bytes | None] = asyncio.Queue(64)

    async def take(self, data: bytes) -> None:
        """Input, or the size of the terminal."""
        channel, rest = data[0], data[1:]
        if channel == STDIN:
            await self.input.put(rest)
        elif channel == CLOSE and rest[:1] == bytes([STDIN]):
            await self.input.put(None)
        elif channel == RESIZE:
            self._resize(rest)

    async def run(self, container: containers.Container | None, title: str) -> None:
        """Run it, say how it ended, and close."""
        try:
            status = await self._run_command(container, title)
            await self._say(ERROR, json.dumps(status).encode())
        except ConnectionError:
            pass  # nobody listens any more
        finally:
            if self.process:
                self.process.kill()
            for fd in set(self.ours.values()):
                os.close(fd)
            self.ours = {}
        await self._socket.close()

    async def _run_command(self, container: containers.Container | None, title: str) -> Object:
        if container is None or container.process is None or container.process.ended:
            return make_failure(f"{title} is not running")
        command = container.translate(self._query.getall("command", []))
        if not command:
            return make_failure("you must specify at least one command for the container")
        terminal = self._flag("tty")
        theirs = self._open_terminal() if terminal else self._open_pipes()
        launch = container.launch_for(command)
        try:
            launch = dataclasses.replace(launch, terminal=terminal)
            self.process = await container.around.starter.start(launch, theirs)
        except processes.StartError as error:
            return make_failure(f"exec failed: {error}")
        finally:
            for fd in set(theirs):
                os.close(fd)
        return make_status(await self._attend(self.process, terminal=terminal))

    async def _attend(self, process: processes.Process, *, terminal: bool) -> int:
        feeding = asyncio.create_task(self._feed())
        outputs = [STDOUT] if terminal else [STDOUT, STDERR]
        try:
            await asyncio.gather(*(self._pump(channel) for channel in outputs))
            return (await process.wait()).code
        finally:
            feeding.cancel()
            await asyncio.gather(feeding, return_exceptions=True)

    def _flag(self, name: str) -> bool:
        return self._query.get(name) in FLAGS

    def _open_terminal(self) -> list[int]:
        master, slave = os.openpty()
        self.ours = {STDIN: master, STDOUT: master}
        os.set_blocking(master, False)
        return [slave, slave, slave]

    def _open_pipes(self) -> list[int]:
        stdin, self.ours[STDIN] = os.pipe()
        self.ours[STDOUT], stdout = os.pipe()
        self.ours[STDERR], stderr = os.pipe()
        for fd in self.ours.values():
            os.set_blocking(fd, False)
        if not self._flag("stdin"):
            os.close(self.ours.pop(STDIN))
        return [stdin, stdout, stderr]

    def _resize(self, data: bytes) -> None:
        with contextlib.suppress(ValueError, KeyError, OSError, struct.error, TypeError):
            size = json.loads(data)
            window = struct.pack("HHHH", size["Height"], size["Width"], 0, 0)
            fcntl.ioctl(self.ours[STDIN], termios.TIOCSWINSZ, window)

    async def _pump(self, channel: int) -> None:
        """From the command to the caller, until the command's end of it is closed."""
        fd = self.ours[channel]
        while True:
            await _ready(fd, writing=False)
            try:
                data = os.read(fd, CHUNK)
            except BlockingIOError:
                continue
            except OSError:  # a terminal whose last process is gone
                return
            if not data:
                return
            await self._say(channel, data)

    async def _feed(self) -> None:
        """From the caller to the command."""
        while True:
            data = await self.input.get()
            if STDIN not in self.ours:
                continue
            if data is None:
                if self.ours[STDIN] != self.ours.get(STDOUT):
                    os.close(self.ours.pop(STDIN))
                continue
            with contextlib.suppress(BrokenPipeError):
                await _write_all(self.ours[STDIN], data)

    async def _say(self, channel: int, data: bytes) -> None:
        await self._socket.send_bytes(bytes([channel]) + data)


async def _write_all(fd: int, data: bytes) -> None:
    while data:
        await _ready(fd, writing=True)
        with contextlib.suppress(BlockingIOError):
            data = data[os.write(fd, data) :]


async def _ready(fd: int, *, writing: bool) -> None:
    """Wait until a descriptor can be read or written.

    A duplicate is watched: a terminal is one descriptor for both, and the loop has one watcher for
    each.
    """
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    watched = os.dup(fd)
    if writing:
        loop.add_writer(watched, ready.set)
    else:
        loop.add_reader(watched, ready.set)
    try:
        await ready.wait()
    finally:
        (loop.remove_writer if writing else loop.remove_reader)(watched)
        os.close(watched)
