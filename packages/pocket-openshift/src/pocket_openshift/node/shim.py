"""The small program that stands between the agent and a container's processes.

Run by `processes.py` as a file of its own (standard library only, no import of this package). One
*nursery* a agent
forks one *shim* a container; a shim runs one command and sees to it that nothing of it outlives the
agent.

Theory of operation
1. The nursery starts while it is small and single threaded, so a fork is cheap and safe. Each byte
   on its channel
   carries one file descriptor: the shim's end of a socket to the agent.
2. A shim makes itself the reaper of all its descendants (Linux), also of those that called setsid,
   reads one JSON
   line that says what to run, and then obeys. An end of file on that socket means that the agent is
   no more,
   however that came about: everything below the shim is killed.
3. When the command itself ends, what it left behind is killed too, as in a container, and only then
   is the exit told.
4. A shim that is killed leaves orphans to the nursery, which kills whatever child it did not fork
   itself.
"""

import array
import ctypes
import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import time

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
CHUNK = 65536
KILL_SECONDS = 5.0


def make_reaper():
    """Become the parent of orphaned descendants. Linux only; elsewhere a process that leaves its
    group is lost.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children_of(pid):
    """The direct children of a process, from /proc; none where there is no /proc."""
    found = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as stream:
                found.extend(int(word) for word in stream.read().split())
    except OSError:
        pass
    return found


def descendants_of(pid):
    """Every process below `pid`, children before grandchildren."""
    found, waiting = [], children_of(pid)
    while waiting:
        child = waiting.pop()
        found.append(child)
        waiting.extend(children_of(child))
    return found


def send_signal(pid, number):
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        pass


def send_group(pid, number):
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        pass


class LogFile:
    """A log in the format of container runtimes: `TIME STREAM F|P line`. Kept to two files of
    `limit` bytes.
    """

    def __init__(self, path, limit):
        self.path, self.limit = path, limit
        self.partial = {}
        self._open()

    def _open(self):
        self.stream = open(self.path, "ab", buffering=0)
        self.size = os.fstat(self.stream.fileno()).st_size

    def write(self, name, data):
        *lines, rest = (self.partial.get(name, b"") + data).split(b"\n")
        text = b"".join(self._line(name, b"F", line) for line in lines)
        if len(rest) >= 16384:  # as the runtimes do: a very long line is cut in parts
            text += self._line(name, b"P", rest)
            rest = b""
        self.partial[name] = rest
        self._append(text)

    def close(self):
        for name, rest in self.partial.items():
            if rest:
                self._append(self._line(name, b"F", rest))
        self.stream.close()

    @staticmethod
    def _line(name, tag, line):
        now = time.time_ns()
        seconds, fraction = divmod(now, 1_000_000_000)
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
        return b"%s.%09dZ %s %s %s\n" % (stamp.encode(), fraction, name, tag, line)

    def _append(self, text):
        if not text:
            return
        if self.size + len(text) > self.limit and self.size:
            self.stream.close()
            os.replace(self.path, self.path + ".1")
            self._open()
        try:
            self.stream.write(text)
        except OSError:
            return  # a full disk loses log lines, never the process
        self.size += len(text)


class Shim:
    """One command, from its start to the death of all that it started."""

    def __init__(self, control):
        self.control = control
        self.buffer = b""
        self.process = None
        self.outputs = {}
        self.log = None
        self.limit_bytes = 0
        self.followed = False
        self.out_of_memory = False
        self.wake, wake_write = os.pipe()
        os.set_blocking(self.wake, False)
        os.set_blocking(wake_write, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)

    def tell(self, **message):
        try:
            self.control.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            pass  # the agent is gone; the end of file follows

    def read_spec(self):
        """The first line, with the descriptors that came along (stdin, stdout, stderr of an exec)."""
        fds = array.array("i")
        while b"\n" not in self.buffer:
            data, ancillary, _flags, _address = self.control.recvmsg(
                CHUNK, socket.CMSG_LEN(3 * fds.itemsize)
            )
            for level, kind, payload in ancillary:
                if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                    fds.frombytes(payload[: len(payload) - len(payload) % fds.itemsize])
            if not data:
                return None, []
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        return json.loads(line), list(fds)

    def start(self, spec, fds):
        """Start the command; tell its pid, or why it did not start. True when it runs."""
        self.limit_bytes = spec.get("memory", 0)
        streams = self._streams(spec, fds)
        terminal = spec.get("terminal", False)

        def prepare():
            ctypes.CDLL(None).prctl(
                PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0
            ) if sys.platform == "linux" else None
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
                signal.signal(number, signal.SIG_DFL)  # what the nursery ignores would stay ignored
            os.umask(spec.get("umask", 0o022))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            if terminal:
                import fcntl
                import termios

                fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        try:
            self.process = subprocess.Popen(
                spec["argv"],
                cwd=spec["cwd"],
                env=spec["env"],
                start_new_session=True,
                preexec_fn=prepare,
                **streams,
            )
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            where = getattr(error, "filename", None) or spec["argv"][0]
            self.tell(
                failed=getattr(error, "strerror", None) or str(error),
                errno=getattr(error, "errno", 0),
                path=str(where),
            )
            return False
        finally:
            for fd in fds:
                os.close(fd)
        for name, stream in ((b"stdout", self.process.stdout), (b"stderr", self.process.stderr)):
            if stream is not None:
                self.outputs[stream.fileno()] = name
        self.tell(started=self.process.pid)
        return True

    def _streams(self, spec, fds):
        if fds:
            return {"stdin": fds[0], "stdout": fds[1], "stderr": fds[2]}
        self.log = LogFile(spec["log"], spec.get("log_bytes", 10_000_000))
        return {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "bufsize": 0,
        }

    def run(self):
        """Obey until the command has ended and nothing of it is left."""
        while self.process.poll() is None:
            if not self.turn():
                break
        self.kill_all()
        self.drain()
        if self.log:
            self.log.close()
        code = self.process.returncode
        self.tell(exited=code, oom=self.out_of_memory)

    def turn(self):
        """One round of the loop; False when the agent is gone."""
        watched = [self.control, self.wake, *self.outputs]
        ready, _, _ = select.select(watched, [], [], 1.0 if self.limit_bytes else None)
        if self.limit_bytes:
            self.judge_memory()
        for source in ready:
            if source is self.control:
                if not self.obey():
                    return False
            elif source == self.wake:
                self.collect()
            else:
                self.pump(source)
        return True

    def collect(self):
        try:
            os.read(self.wake, 512)
        except BlockingIOError:
            pass
        reap(keep=self.process.pid)

    def obey(self):
        data = self.control.recv(CHUNK)
        if not data:
            return False
        self.buffer += data
        while b"\n" in self.buffer:
            line, self.buffer = self.buffer.split(b"\n", 1)
            order = json.loads(line)
            if "signal" in order:
                send_group(self.process.pid, order["signal"])
            elif "follow" in order:
                self.followed = order["follow"]
            elif "kill" in order:
                self.kill_all()
        return True

    def pump(self, fd):
        try:
            data = os.read(fd, CHUNK)
        except OSError:
            data = b""
        if not data:
            del self.outputs[fd]
            return
        self.log.write(self.outputs[fd], data)
        if self.followed:
            self.tell(log=len(data))

    def drain(self):
        """What the dead command had still written; the pipes end since nothing holds them."""
        deadline = time.monotonic() + 1.0
        while self.outputs and time.monotonic() < deadline:
            ready, _, _ = select.select(list(self.outputs), [], [], 0.1)
            for fd in ready:
                self.pump(fd)

    def judge_memory(self):
        page = os.sysconf("SC_PAGE_SIZE")
        total = 0
        for pid in descendants_of(os.getpid()):
            try:
                with open(f"/proc/{pid}/statm") as stream:
                    _size, resident, shared = stream.read().split()[:3]
                total += (int(resident) - int(shared)) * page
            except (OSError, ValueError):
                continue
        if total > self.limit_bytes:
            self.out_of_memory = True
            self.kill_all()

    def kill_all(self):
        """SIGKILL to all below us until none is left (or they hang in the kernel for KILL_SECONDS)."""
        deadline = time.monotonic() + KILL_SECONDS
        while time.monotonic() < deadline:
            send_group(self.process.pid, signal.SIGKILL)
            for pid in descendants_of(os.getpid()):
                send_signal(pid, signal.SIGKILL)
            self.process.poll()
            reap(keep=self.process.pid)
            if self.process.returncode is not None and not children_of(os.getpid()):
                return
            select.select([self.wake], [], [], 0.02)
            self.collect()


def reap(keep):
    """Collect the dead among our children, but leave `keep` to its Popen object."""
    for pid in children_of(os.getpid()):
        if pid != keep:
            try:
                os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                pass


def run_shim(fd):
    """The life of one shim, in a forked child of the nursery."""
    os.setsid()
    make_reaper()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    shim = Shim(socket.socket(fileno=fd))
    spec, fds = shim.read_spec()
    if spec is not None and shim.start(spec, fds):
        shim.run()


class Nursery:
    """Forks a shim for each descriptor that comes in; ends when the agent has gone and the last
    shim too.
    """

    def __init__(self, channel):
        self.channel = channel
        self.shims = set()
        self.wake, self.wake_write = os.pipe()
        for fd in (self.wake, self.wake_write):
            os.set_blocking(fd, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.wake_write, warn_on_full_buffer=False)

    def run(self):
        open_channel = True
        while open_channel or self.shims:
            watched = [self.wake] + ([self.channel] if open_channel else [])
            ready, _, _ = select.select(watched, [], [])
            if self.channel in ready:
                open_channel = self.accept()
            if self.wake in ready:
                self.collect()

    def accept(self):
        data, fds, _flags, _address = socket.recv_fds(self.channel, 1, 1)
        if not data:
            return False
        for fd in fds:
            pid = os.fork()
            if pid == 0:
                self.become_shim(fd)
            os.close(fd)
            self.shims.add(pid)
        return True

    def become_shim(self, fd):
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            self.channel.close()
            os.close(self.wake)
            os.close(self.wake_write)
            run_shim(fd)
            code = 0
        finally:
            os._exit(code)

    def collect(self):
        try:
            os.read(self.wake, 512)
        except BlockingIOError:
            pass
        while True:
            try:
                pid, _status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            self.shims.discard(pid)
        for pid in children_of(os.getpid()):
            if pid not in self.shims:  # the orphan of a shim that was killed
                for lost in [*descendants_of(pid), pid]:
                    send_signal(lost, signal.SIGKILL)


def main():
    """Run the nursery on the channel that is our standard input."""
    make_reaper()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # only the end of the agent ends us
    Nursery(socket.socket(fileno=os.dup(0))).run()


if __name__ == "__main__":
    main()
