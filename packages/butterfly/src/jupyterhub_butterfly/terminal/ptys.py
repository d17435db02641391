"""One pseudo-terminal with a program in it: start, read, write, resize, end.

Not terminado or ptyprocess: their spawn runs Python in a forked child,
which deadlocks where threads run (the hub's client brings some; Python 3.12 warns of it), and their
readers decode per read and have neither a write queue nor a pause. `posix_spawn` starts the program
without running Python in the child: with `setsid`, the first terminal that the child opens, its
standard input, becomes its controlling terminal.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import fcntl
import os
import signal
import struct
import termios
import time
from collections.abc import Callable
from typing import ClassVar

from jupyterhub_butterfly.rules.sizes import Size
from jupyterhub_butterfly.rules.turns import Turns

# The kernel hands out at most 4095 bytes a read, so a turn of the loop takes several.
KERNEL_READ = 4096
# Sent and not yet taken by the program. A paste of 10 MB fits; what goes beyond is refused.
LARGEST_QUEUE = 32 * 1024 * 1024
# Signals a terminal's programs must find as a login would give them. Python ignores two of them,
# and a server started in the background of a script ignores the interrupt: its shells would, too.
NAMES = "HUP INT QUIT PIPE ALRM TERM USR1 USR2 CHLD CONT TSTP TTIN TTOU XCPU XFSZ"
RESET_SIGNALS = tuple(getattr(signal, f"SIG{name}") for name in NAMES.split(" "))


class InputFullError(Exception):
    """More is waiting for the program than we keep; nothing of this write was taken."""


class Pty:
    """A running program and the master side of its terminal.

    `on_output(data)` is called on the event loop with bytes as they come; `on_end()` once, after
    the last output, when the program's terminal is gone. `turns` is shared by all terminals.
    """

    turns: ClassVar[Turns] = Turns(time.monotonic)

    def __init__(self, on_output: Callable[[bytes], None], on_end: Callable[[], None]) -> None:
        self.on_output = on_output
        self.on_end = on_end
        self.pid = 0
        self.master = -1
        self.queued = 0
        self._terminal = ""
        self._queue: collections.deque[memoryview] = collections.deque()
        self._loop = asyncio.get_running_loop()
        self._reading = False

    def start(self, argv: list[str], env: dict[str, str], cwd: str, size: Size) -> None:
        """Start the program. Raises `OSError` when it cannot be started."""
        self.master, slave = os.openpty()
        try:
            os.set_blocking(self.master, False)
            self.resize(size)
            self._terminal = os.ttyname(slave)
            self.pid = _spawn(self._terminal, argv, env, cwd)
        except BaseException:
            os.close(self.master)
            self.master = -1
            raise
        finally:
            os.close(slave)
        self.resume()

    def resume(self) -> None:
        """Take output from the program (again)."""
        if not self._reading and self.master >= 0:
            self._loop.add_reader(self.master, self._read)
            self._reading = True

    def pause(self) -> None:
        """Take no output; the kernel then holds the program up."""
        if self._reading:
            self._loop.remove_reader(self.master)
            self._reading = False

    def write(self, data: bytes) -> None:
        """Give input to the program, in order, as fast as it takes it. Raises `InputFullError`."""
        if self.master < 0 or not data:
            return
        if self.queued + len(data) > LARGEST_QUEUE:
            raise InputFullError
        self.turns.record_key(self.pid)
        if self._queue and (number := self._find_signal(data)):
            self._interrupt(number)
            return
        if self._queue:
            self._enqueue(memoryview(data))
        elif len(data) > (sent := self._try_write(memoryview(data))):
            self._enqueue(memoryview(data)[sent:])
            self._loop.add_writer(self.master, self._drain)

    def resize(self, size: Size) -> None:
        """Tell the terminal its size; the kernel signals the program."""
        if self.master >= 0:
            packed = struct.pack("HHHH", size.rows, size.cols, 0, 0)
            fcntl.ioctl(self.master, termios.TIOCSWINSZ, packed)

    def repaint(self) -> None:
        """Ask the program in the foreground to draw itself again, as after a resize."""
        with contextlib.suppress(OSError):
            os.killpg(os.tcgetpgrp(self.master), signal.SIGWINCH)

    def hang_up(self) -> None:
        """Close the terminal, as when a window is closed: its programs get SIGHUP."""
        if self.master >= 0:
            self.signal(signal.SIGHUP)
            self._close()

    def signal(self, number: int) -> None:
        """Signal the session's leader and the group in the foreground."""
        groups = {self.pid}
        with contextlib.suppress(OSError):
            groups.add(os.tcgetpgrp(self.master))
        for group in groups - {0}:
            with contextlib.suppress(OSError):
                os.killpg(group, number)

    def _read(self) -> None:
        chunks, got, ended = [], 0, False
        most = self.turns.choose(self.pid) - KERNEL_READ
        while got <= most:
            try:
                chunk = os.read(self.master, KERNEL_READ)
            except BlockingIOError:
                break
            except OSError:  # EIO: the last of the terminal's programs is gone
                ended = True
                break
            ended = not chunk
            if ended:
                break
            chunks.append(chunk)
            got += len(chunk)
        if chunks:
            self.on_output(b"".join(chunks))
        if ended and self.master >= 0:
            self._close()

    def _close(self) -> None:
        self.pause()
        self._drop_queue()
        os.close(self.master)
        self.master = -1
        self.on_end()

    def _find_signal(self, data: bytes) -> int:
        """Return the signal that this key press stands for in the terminal's settings, else 0."""
        if len(data) != 1:
            return 0
        try:
            settings = termios.tcgetattr(self.master)
        except termios.error:
            return 0
        flags, characters = settings[3], settings[6]
        if not flags & termios.ISIG or flags & termios.NOFLSH:
            return 0
        keys = {characters[termios.VINTR]: signal.SIGINT, characters[termios.VQUIT]: signal.SIGQUIT}
        return keys.get(data, 0)

    def _interrupt(self, number: int) -> None:
        """Do what a terminal does for its interrupt key: throw away waiting input, and signal.

        The kernel would, but its own buffer is full, too: the key could not get in.
        """
        self._drop_queue()
        with contextlib.suppress(OSError, termios.error):
            slave = os.open(self._terminal, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            try:
                termios.tcflush(slave, termios.TCIFLUSH)
            finally:
                os.close(slave)
        with contextlib.suppress(OSError):
            os.killpg(os.tcgetpgrp(self.master), number)

    def _enqueue(self, data: memoryview) -> None:
        self._queue.append(data)
        self.queued += len(data)

    def _drop_queue(self) -> None:
        if self._queue:
            self._loop.remove_writer(self.master)
            self._queue.clear()
            self.queued = 0

    def _drain(self) -> None:
        data = self._queue.popleft()
        sent = self._try_write(data)
        self.queued -= sent
        if sent < len(data):
            self._queue.appendleft(data[sent:])
        if not self._queue:
            self._loop.remove_writer(self.master)

    def _try_write(self, data: memoryview) -> int:
        try:
            return os.write(self.master, data)
        except BlockingIOError:
            return 0
        except OSError:  # the program is gone; `_read` will see it too
            return len(data)


def _spawn(terminal: str, argv: list[str], env: dict[str, str], cwd: str) -> int:
    # posix_spawn cannot change the folder, so a shell does and becomes the program.
    wrapped = ["/bin/sh", "-c", 'cd -- "$0" 2>/dev/null; exec "$@"', cwd, *argv]
    return os.posix_spawn(
        wrapped[0],
        wrapped,
        env,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, terminal, os.O_RDWR, 0),
            (os.POSIX_SPAWN_DUP2, 0, 1),
            (os.POSIX_SPAWN_DUP2, 0, 2),
        ],
        setsid=True,
        setsigmask=(),
        setsigdef=RESET_SIGNALS,
    )
