"""Starts commands under shims (see `shim.py`) and follows them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

log = logging.getLogger(__name__)

SHIM = Path(__file__).with_name("shim.py")
START_SECONDS = 30.0


class StartError(Exception):
    """The operating system would not start the command; the message is its own."""

    def __init__(self, message: str, path: str, errno: int) -> None:
        super().__init__(f"{path}: {message}")
        self.errno = errno


@dataclass(frozen=True)
class Launch:
    """What to run. `log` is for its output, without descriptors; `memory` in bytes, 0 for any."""

    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: str
    log: Path | None = None
    log_bytes: int = 10_000_000
    memory: int = 0
    terminal: bool = False

    def as_line(self) -> bytes:
        """The launch as the shim reads it."""
        fields = asdict(self) | {
            "log": str(self.log) if self.log else None,
            "env": dict(self.env),
        }
        return json.dumps(fields).encode() + b"\n"


@dataclass(frozen=True)
class Exit:
    """How a process ended: `code` is negative for a signal. `lost` when its shim was killed."""

    code: int
    out_of_memory: bool = False
    lost: bool = False


class Process:
    """A running command. Everything it started dies with it."""

    def __init__(
        self, pid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.pid = pid
        self._writer = writer
        self._watchers: set[Callable[[], None]] = set()
        self._exit: asyncio.Future[Exit] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._read(reader))

    async def wait(self) -> Exit:
        """The end of the process, once nothing of it is left."""
        return await asyncio.shield(self._exit)

    @property
    def ended(self) -> bool:
        """Whether `wait` would return at once."""
        return self._exit.done()

    def signal(self, number: int) -> None:
        """Send a signal to the command's process group."""
        self._order(signal=number)

    def kill(self) -> None:
        """Kill the command and all its descendants, wherever they went."""
        self._order(kill=True)

    async def end(self, grace: float) -> None:
        """SIGTERM to the group, SIGKILL to all that is left after `grace` seconds, and wait."""
        if grace > 0:
            self.signal(signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(grace):
                    await self.wait()
                    return
        self.kill()
        await self.wait()

    def follow(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` for each piece of new output; returns what ends that."""
        self._watchers.add(callback)
        self._order(follow=True)

        def stop() -> None:
            self._watchers.discard(callback)
            if not self._watchers:
                self._order(follow=False)

        return stop

    def _order(self, **order: object) -> None:
        if not self._exit.done():
            self._writer.write(json.dumps(order).encode() + b"\n")

    async def _read(self, reader: asyncio.StreamReader) -> None:
        end = Exit(-9, lost=True)
        try:
            while line := await reader.readline():
                message = json.loads(line)
                if "exited" in message:
                    end = Exit(
                        message["exited"] if message["exited"] is not None else -9, message["oom"]
                    )
                else:
                    self._announce()
        except (OSError, ValueError) as error:
            log.warning("Lost the shim of process %s: %s", self.pid, error)
        finally:
            self._writer.close()
            if not self._exit.done():
                self._exit.set_result(end)
            self._announce()

    def _announce(self) -> None:
        for watcher in list(self._watchers):
            watcher()


class Processes:
    """The nursery of one agent. `close`, or the death of this process, ends all that it started."""

    def __init__(self) -> None:
        self._nursery: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._running: set[Process] = set()

    def open(self) -> None:
        """Start the nursery; a few milliseconds, once."""
        ours, theirs = socket.socketpair()
        with theirs:
            self._nursery = subprocess.Popen(  # noqa: S603 - our own file, no shell
                [sys.executable, "-I", "-S", str(SHIM)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                env={"PATH": os.defpath},
                cwd="/",
                start_new_session=True,
            )
        self._channel = ours

    async def start(self, launch: Launch, fds: Sequence[int] = ()) -> Process:
        """Run a command; `fds` are stdin, stdout, stderr. StartError when the system refuses."""
        reader, writer = await self._new_shim(fds)
        try:
            async with asyncio.timeout(START_SECONDS):
                writer.write(launch.as_line())
                line = await reader.readline()
        except (ConnectionError, TimeoutError):
            writer.close()
            line = b""
        except BaseException:
            writer.close()  # the shim sees the end of file and kills what it may have started
            raise
        if not line:
            raise StartError("the process that should start it did not answer", launch.argv[0], 0)
        message = json.loads(line)
        if "failed" in message:
            writer.close()
            raise StartError(message["failed"], message["path"], message["errno"])
        process = Process(message["started"], reader, writer)
        self._running.add(process)
        process._exit.add_done_callback(lambda _: self._running.discard(process))
        return process

    async def _new_shim(
        self, fds: Sequence[int]
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._send(theirs.fileno())
            except OSError:  # someone killed the nursery; its shims live on
                self._forget()
                self.open()
                self._send(theirs.fileno())
        if fds:
            socket.send_fds(ours, [b" "], list(fds))  # a blank before the JSON line carries them
        return await asyncio.open_connection(sock=ours)

    def _send(self, fd: int) -> None:
        if self._channel is None:
            message = "the nursery is not open"
            raise RuntimeError(message)
        socket.send_fds(self._channel, [b"F"], [fd])

    def _forget(self) -> None:
        if self._channel:
            self._channel.close()
        if self._nursery:
            self._nursery.kill()
            self._nursery.wait()

    async def close(self) -> None:
        """Kill everything and wait until it is gone."""
        for process in list(self._running):
            process.kill()
        for process in list(self._running):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(10):
                    await process.wait()
        if self._channel:
            self._channel.close()
        if self._nursery:
            await asyncio.to_thread(self._end)

    def _end(self) -> None:
        if self._nursery is None:
            return
        try:
            self._nursery.wait(10)
        except subprocess.TimeoutExpired:
            log.warning("The nursery did not end by itself; killing it")
            self._nursery.kill()
            self._nursery.wait()
