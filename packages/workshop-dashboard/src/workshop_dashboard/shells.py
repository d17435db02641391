"""A shell in a terminal of its own, for `workshop-notes test`: type, wait for the prompt, look.

Bash without its line editor, so that what comes back is what programs print. Before each prompt it
sends a mark with the status of what it ran.
"""

from __future__ import annotations

import codecs
import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping
from pathlib import Path

MARK = re.compile(r"\x1b\]9777;(?:(\d+)|(more))\x07")
PROMPT = r"""'printf "\033]9777;%s\007" $?'"""
MORE = "\x1b]9777;more\x07"
# A terminal without a line editor takes no longer line.
MAX_LINE = 4000
MAX_OUTPUT = 1024 * 1024
START_SECONDS = 20.0
SIZE = struct.pack("HHHH", 40, 200, 0, 0)


class ShellError(OSError):
    """The shell cannot go on; the message is a sentence that says why."""


class Shell:
    """One bash. `status` is the last command's; `is_running` is true until the next prompt."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self.is_running = True
        self.is_continued = False
        self.status = 0
        self.output = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._fd, terminal = pty.openpty()
        try:
            fcntl.ioctl(terminal, termios.TIOCSWINSZ, SIZE)
            self._process = _start(terminal, {**environment, "PS2": MORE}, folder)
        except BaseException:
            os.close(self._fd)
            raise
        finally:
            os.close(terminal)
        self._begin()

    def _begin(self) -> None:
        """Wait for the first prompt. A terminal of a machine that is slow is waited for."""
        self.type_line(f"PS1= PS2='{MORE}' PROMPT_COMMAND={PROMPT}")
        if not self.wait(START_SECONDS):
            self.close()
            raise ShellError("bash did not start: is it installed?")
        self.output = ""

    def type_line(self, line: str) -> None:
        """Type a line and Enter."""
        if len(line.encode()) > MAX_LINE:
            raise ShellError(f"a line of more than {MAX_LINE} characters cannot be typed here")
        self.is_running, self.is_continued = True, False
        self._send(f"{line}\n")

    def type_text(self, text: str) -> None:
        """Type text without Enter."""
        self._send(text)

    def interrupt(self) -> None:
        """Press Ctrl+C."""
        self.is_running, self.is_continued = True, False
        self._send("\x03")

    def wait(self, seconds: float, quiet: float | None = None) -> bool:
        """Wait for the next prompt; false when `seconds` went by, or `quiet` without output."""
        end = time.monotonic() + seconds
        while self.is_running and not self.is_continued:
            left = end - time.monotonic()
            until = left if quiet is None else min(left, quiet)
            if left <= 0 or not self._read(until):
                return False
        return True

    def close(self) -> None:
        """End the shell and what it has started."""
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, signal.SIGHUP)
        os.close(self._fd)  # and what is in the foreground gets a signal for it
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        _end_session(self._process.pid)

    def _send(self, text: str) -> None:
        try:
            os.write(self._fd, text.encode())
        except OSError as error:
            raise ShellError("its shell has ended") from error

    def _read(self, seconds: float) -> bool:
        """Take what there is, waiting at most `seconds`; false if nothing came."""
        ready, _, _ = select.select([self._fd], [], [], max(seconds, 0))
        if not ready:
            return False
        try:
            data = os.read(self._fd, 65536)
        except OSError as error:
            raise ShellError("its shell has ended") from error
        if not data:
            raise ShellError("its shell has ended")
        self._take(self._decoder.decode(data))
        return True

    def _take(self, text: str) -> None:
        text = self._rest + text
        # A mark may be cut in two.
        cut = text.rfind("\x1b]", max(0, len(text) - 32))
        whole = cut < 0 or "\x07" in text[cut:]
        text, self._rest = (text, "") if whole else (text[:cut], text[cut:])
        end = 0
        for match in MARK.finditer(text):
            self.output += text[end : match.start()]
            end = match.end()
            if match[2]:
                self.is_continued = True
            else:
                self.status, self.is_running, self.is_continued = int(match[1]), False, False
        self.output = (self.output + text[end:])[-MAX_OUTPUT:]


def _end_session(session: int) -> None:
    """End what the shell has left behind: jobs in the background have groups of their own."""
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = entry.read_text("utf-8", "replace").rpartition(")")[2].split()
            if int(fields[3]) == session:
                os.kill(int(entry.parent.name), signal.SIGKILL)


def _start(terminal: int, environment: Mapping[str, str], folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["bash", "--noprofile", "--norc", "--noediting", "-i"],  # noqa: S607 - the PATH's bash
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=dict(environment),
        cwd=folder,
        start_new_session=True,
        preexec_fn=lambda: _own_terminal(0),
    )


def _own_terminal(descriptor: int) -> None:
    """Make the terminal the process' own, and keep it from repeating what is typed."""
    # Below a script's `&` it is ignored, and what is ignored stays so in all that is started.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    fcntl.ioctl(descriptor, termios.TIOCSCTTY, 0)
    modes = termios.tcgetattr(descriptor)
    modes[3] &= ~termios.ECHO
    termios.tcsetattr(descriptor, termios.TCSANOW, modes)
