"""The small program that stands between the agent and a container's processes.

Run by `processes.py` as a file of its own (standard library only). One *nursery* an agent forks one
*shim* a container; a shim runs one command and sees to it that nothing of it outlives the agent.

1. The nursery starts while it is small and single threaded, so a fork is cheap and safe. Each byte
   on its channel carries one file descriptor: the shim's end of a socket to the agent.
2. A shim makes itself the reaper of all its descendants (Linux), also of those that called setsid,
   reads one JSON line that says what to run, and then obeys. An end of file on that socket means
   that the agent is no more, however that came about: everything below the shim is killed.
3. When the command itself ends, what it left behind is killed too, as in a container, and only
   then is the exit told.
4. A shim that is killed leaves orphans to the nursery, which kills whatever child it did not fork.
"""

from __future__ import annotations

import array
import contextlib
import ctypes
import fcntl
import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import termios
import time
from typing import Any

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
CHUNK = 65536
PART = 16384
KILL_SECONDS = 5.0
MEMORY_SECONDS = 1.0
IGNORED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def call_prctl(option: int, value: int) -> None:
    """Linux's prctl; elsewhere nothing, and a process that leaves its group is lost there."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def children_of(pid: int) -> list[int]:
    """The direct children of a process, from /proc; none where there is no /proc."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as stream:
                found.extend(int(word) for word in stream.read().split())
    return found


def descendants_of(pid: int) -> list[int]:
    """Every process below `pid`."""
    found, waiting = [], children_of(pid)
    while waiting:
        child = waiting.pop()
        found.append(child)
        waiting.extend(children_of(child))
    return found


def send_signal(pid: int, number: int) -> None:
    """A signal to a process, or to a group if negative; it may be gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def reap(keep: int) -> None:
    """Collect the dead among our children, but leave `keep` to its Popen object."""
    for pid in children_of(os.getpid()):
        if pid != keep:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


def make_wakeup() -> tuple[int, int]:
    """A pipe that becomes readable when a child has ended."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    return reading, writing


def empty(pipe: int) -> None:
    """Read what is in a non-blocking pipe."""
    with contextlib.suppress(BlockingIOError):
        os.read(pipe, 512)


class LogFile:
    """A log as runtimes write it: `TIME STREAM F|P line`, at most two files of `limit` bytes."""

    def __init__(self, path: str, limit: int) -> None:
        self.path, self.limit = path, limit
        self.partial: dict[bytes, bytes] = {}
        self._open()

    def _open(self) -> None:
        self.fd = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.size = os.fstat(self.fd).st_size

    def write(self, name: bytes, data: bytes) -> None:
        """Add output of the stream `name` (stdout or stderr)."""
        *lines, rest = (self.partial.get(name, b"") + data).split(b"\n")
        text = b"".join(self._line(name, b"F", line) for line in lines)
        if len(rest) >= PART:  # as the runtimes do: a very long line is cut in parts
            text += self._line(name, b"P", rest)
            rest = b""
        self.partial[name] = rest
        self._append(text)

    def close(self) -> None:
        """Write what had no newline yet."""
        for name, rest in self.partial.items():
            if rest:
                self._append(self._line(name, b"F", rest))
        os.close(self.fd)

    @staticmethod
    def _line(name: bytes, tag: bytes, line: bytes) -> bytes:
        seconds, fraction = divmod(time.time_ns(), 1_000_000_000)
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
        return b"".join([f"{stamp}.{fraction:09}Z ".encode(), name, b" ", tag, b" ", line, b"\n"])

    def _append(self, text: bytes) -> None:
        if not text:
            return
        if self.size and self.size + len(text) > self.limit:
            os.close(self.fd)
            os.replace(self.path, self.path + ".1")
            self._open()
        with contextlib.suppress(OSError):  # a full disk loses log lines, never the process
            os.write(self.fd, text)
        self.size += len(text)


class Shim:
    """One command, from its start to the death of all that it started."""

    process: subprocess.Popen[bytes]

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.log: LogFile | None = None
        self.buffer = b""
        self.outputs: dict[int, bytes] = {}
        self.limit = 0
        self.measured = 0.0
        self.followed = self.out_of_memory = False
        self.wake, _ = make_wakeup()

    def tell(self, **message: object) -> None:
        """One line to the agent, who may be gone."""
        with contextlib.suppress(OSError):
            self.control.sendall(json.dumps(message).encode() + b"\n")

    def read_spec(self) -> tuple[dict[str, Any], list[int]]:
        """The first line and the descriptors that came along; empty when the agent has gone."""
        fds = array.array("i")
        room = socket.CMSG_LEN(3 * fds.itemsize)
        while b"\n" not in self.buffer:
            data, ancillary, _flags, _address = self.control.recvmsg(CHUNK, room)
            for level, kind, payload in ancillary:
                if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                    fds.frombytes(payload[: len(payload) - len(payload) % fds.itemsize])
            if not data:
                return {}, []
            self.buffer += data
        line, _, self.buffer = self.buffer.partition(b"\n")
        return json.loads(line), list(fds)

    def start(self, spec: dict[str, Any], fds: list[int]) -> bool:
        """Start the command; tell its pid, or why it did not start. True when it runs."""
        self.limit = spec["memory"]
        try:
            self.process = self._open(spec, fds)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            path = getattr(error, "filename", None) or spec["argv"][0]
            text = getattr(error, "strerror", None) or str(error)
            self.tell(failed=text, errno=getattr(error, "errno", None) or 0, path=str(path))
            return False
        finally:
            for fd in fds:
                os.close(fd)
        for name, stream in ((b"stdout", self.process.stdout), (b"stderr", self.process.stderr)):
            if stream is not None:
                self.outputs[stream.fileno()] = name
        self.tell(started=self.process.pid)
        return True

    def _open(self, spec: dict[str, Any], fds: list[int]) -> subprocess.Popen[bytes]:
        if not fds:
            self.log = LogFile(spec["log"], spec["log_bytes"])
        files = fds or [subprocess.DEVNULL, subprocess.PIPE, subprocess.PIPE]
        return subprocess.Popen(  # noqa: S603 - to run what the pod says is what we are for
            spec["argv"],
            bufsize=0,
            stdin=files[0],
            stdout=files[1],
            stderr=files[2],
            cwd=spec["cwd"],
            env=spec["env"],
            start_new_session=True,
            preexec_fn=lambda: prepare(terminal=spec["terminal"]),
        )

    def run(self) -> None:
        """Obey until the command has ended and nothing of it is left."""
        while self.process.poll() is None:
            if not self.turn():
                break
        self.kill_all()
        self.drain()
        self.tell(exited=self.process.returncode, oom=self.out_of_memory)

    def turn(self) -> bool:
        """One round of the loop; False when the agent is gone."""
        watched: list[Any] = [self.control, self.wake, *self.outputs]
        ready, _, _ = select.select(watched, [], [], MEMORY_SECONDS if self.limit else None)
        self.check_memory()
        for source in ready:
            if source is self.control:
                if not self.obey():
                    return False
            elif source == self.wake:
                empty(self.wake)
                reap(keep=self.process.pid)
            else:
                self.pump(source)
        return True

    def obey(self) -> bool:
        """What the agent wants; False when it is gone."""
        data = self.control.recv(CHUNK)
        self.buffer += data
        while b"\n" in self.buffer:
            line, self.buffer = self.buffer.split(b"\n", 1)
            order = json.loads(line)
            if "signal" in order:
                send_signal(-self.process.pid, order["signal"])
            if "follow" in order:
                self.followed = order["follow"]
            if "kill" in order:
                self.kill_all()
        return bool(data)

    def pump(self, fd: int) -> None:
        """From the command's output to the log."""
        try:
            data = os.read(fd, PART)
        except OSError:
            data = b""
        if not data:
            del self.outputs[fd]
        elif self.log:
            self.log.write(self.outputs[fd], data)
        if data and self.followed:
            self.tell(log=len(data))

    def drain(self) -> None:
        """What the dead command had still written; the pipes end since nothing holds them."""
        deadline = time.monotonic() + 1.0
        while self.outputs and time.monotonic() < deadline:
            ready, _, _ = select.select(list(self.outputs), [], [], 0.1)
            for fd in ready:
                self.pump(fd)
        if self.log:
            self.log.close()

    def check_memory(self) -> None:
        """Kill all once the processes' own memory exceeds the limit; looked at once a second."""
        now = time.monotonic()
        if not self.limit or now - self.measured < MEMORY_SECONDS:
            return
        self.measured = now
        if sum(own_memory(pid) for pid in descendants_of(os.getpid())) > self.limit:
            self.out_of_memory = True
            self.kill_all()

    def kill_all(self) -> None:
        """SIGKILL to all below us until none is left (or they hang in the kernel too long)."""
        deadline = time.monotonic() + KILL_SECONDS
        while time.monotonic() < deadline:
            send_signal(-self.process.pid, signal.SIGKILL)
            for pid in descendants_of(os.getpid()):
                send_signal(pid, signal.SIGKILL)
            self.process.poll()
            reap(keep=self.process.pid)
            if self.process.returncode is not None and not children_of(os.getpid()):
                return
            select.select([self.wake], [], [], 0.02)
            empty(self.wake)


def prepare(*, terminal: bool) -> None:
    """In the child, before the command: die with the shim, and undo what the nursery ignores."""
    call_prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    for number in IGNORED:
        signal.signal(number, signal.SIG_DFL)
    os.umask(0o022)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if terminal:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def own_memory(pid: int) -> int:
    """Bytes that a process holds for itself; 0 once it is gone."""
    with contextlib.suppress(OSError, ValueError), open(f"/proc/{pid}/statm") as stream:
        _size, resident, shared = stream.read().split()[:3]
        return (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")
    return 0


def run_shim(fd: int) -> None:
    """The life of one shim, in a forked child of the nursery."""
    os.setsid()
    call_prctl(PR_SET_CHILD_SUBREAPER, 1)
    shim = Shim(socket.socket(fileno=fd))
    spec, fds = shim.read_spec()
    if spec and shim.start(spec, fds):
        shim.run()


class Nursery:
    """Forks a shim for each descriptor that comes in; ends when agent and last shim have gone."""

    def __init__(self, channel: socket.socket) -> None:
        self.channel = channel
        self.shims: set[int] = set()
        self.wake, self.wake_write = make_wakeup()

    def run(self) -> None:
        """Until the agent and the last shim have gone."""
        channel_open = True
        while channel_open or self.shims:
            watched: list[Any] = [self.wake, *([self.channel] if channel_open else [])]
            ready, _, _ = select.select(watched, [], [])
            if self.channel in ready:
                channel_open = self.accept()
            if self.wake in ready:
                self.collect()

    def accept(self) -> bool:
        """Fork a shim for a descriptor; False when the agent is gone."""
        data, fds, _flags, _address = socket.recv_fds(self.channel, 1, 1)
        for fd in fds:
            pid = os.fork()
            if pid == 0:
                self.become_shim(fd)
            os.close(fd)
            self.shims.add(pid)
        return bool(data)

    def become_shim(self, fd: int) -> None:
        """Never returns."""
        try:
            signal.set_wakeup_fd(-1)
            self.channel.close()
            os.close(self.wake)
            os.close(self.wake_write)
            run_shim(fd)
        except BaseException:  # noqa: BLE001 - told on the agent's stderr
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(0)

    def collect(self) -> None:
        """Reap shims that have ended, and end the orphans of those that were killed."""
        empty(self.wake)
        with contextlib.suppress(ChildProcessError):
            while pid := os.waitpid(-1, os.WNOHANG)[0]:
                self.shims.discard(pid)
        for pid in children_of(os.getpid()):
            if pid not in self.shims:
                for orphan in [*descendants_of(pid), pid]:
                    send_signal(orphan, signal.SIGKILL)


def main() -> None:
    """Run the nursery on the channel that is our standard input."""
    call_prctl(PR_SET_CHILD_SUBREAPER, 1)
    for number in IGNORED:
        signal.signal(number, signal.SIG_IGN)  # only the end of the agent ends us
    channel = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    Nursery(channel).run()


if __name__ == "__main__":
    main()
