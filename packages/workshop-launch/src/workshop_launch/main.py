"""`workshop-launch -- COMMAND ...`: wait for the session's user, then become the command.

With `--rehearse "COMMAND ..."` another command runs once while we wait, such as the server with
`--version`: what it loads from the image is in the node's memory by the time the server starts.

Where nobody asks it to wait (WORKSHOP_HANDOVER is not set) it becomes the command at once, so that
it can stay in front of a server that is also started in other ways.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from workshop_launch import sealing, settings
from workshop_launch.listener import Listener
from workshop_launch.rules import handover

USAGE = 'usage: workshop-launch [--rehearse "COMMAND ..."] -- COMMAND [ARGUMENT ...]'
REHEARSE = "--rehearse"
# Exit codes: a shell's for a command that is not there; sysexits' for wrong use, for settings that
# cannot work, and for nobody who came in time.
NO_COMMAND, WRONG_USE, WRONG_SETTINGS, NOBODY_CAME = 127, 64, 78, 75
# So many refusals are told; who sends more fills no disk.
MOST_LINES = 100
BACKLOG = 64


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run it; does not come back."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] in (["-h"], ["--help"]):
        print(f"{USAGE}\n\n{__doc__}")
        sys.exit(0)
    rehearsal, words = ("", words) if words[:1] != [REHEARSE] else ("".join(words[1:2]), words[2:])
    command = words[1:] if words[:1] == ["--"] else words
    if not command or command[0].startswith("-"):
        end(WRONG_USE, USAGE)
    environ = dict(os.environ)
    if settings.is_asked_to_wait(environ):
        environ = wait_for_user(command, environ, rehearsal.split())
    become(command, environ)


def wait_for_user(
    command: Sequence[str], environ: Mapping[str, str], rehearsal: Sequence[str] = ()
) -> dict[str, str]:
    """The environment of the command, once its session was handed over."""
    if shutil.which(command[0]) is None:
        end(NO_COMMAND, f"there is no command {command[0]}")
    # As process 1 of a container nothing ends us that we do not end by.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(128 + signal.SIGTERM))
    try:
        told = settings.parse_settings(environ)
        decide = make_decision(told, read_key(told.key))
        server = open_port(told)
    except (settings.SettingsError, OSError, ValueError) as error:
        end(WRONG_SETTINGS, str(error))
    say(f"waiting on port {told.port} for the session's user")
    running = rehearse(rehearsal, settings.make_environment(environ, {})) if rehearsal else None
    found = Listener(server, decide, time.monotonic, make_log()).wait(told.seconds)
    if running is not None:
        end_rehearsal(running)
    if found is None:
        end(NOBODY_CAME, f"nobody came in {told.seconds:.0f} s")
    say(f"handed over with {len(found)} variables")
    return settings.make_environment(environ, found)


def rehearse(words: Sequence[str], environ: Mapping[str, str]) -> int | None:
    """Begin the rehearsal, which says nothing; its process, None where it cannot be run."""
    silence = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in (0, 1, 2)]
    try:
        return os.posix_spawnp(words[0], list(words), environ, file_actions=silence, setpgroup=0)
    except OSError as error:
        say(f"{words[0]} cannot be rehearsed: {error.strerror}")
        return None


def end_rehearsal(process: int) -> None:
    """Leave nothing of it to the command, which would not know this child."""
    with contextlib.suppress(OSError):
        os.killpg(process, signal.SIGKILL)
    with contextlib.suppress(OSError):
        os.waitpid(process, 0)


def make_decision(
    told: settings.Settings, key: bytes, clock: Callable[[], float] = time.time
) -> Callable[[bytes], Mapping[str, str] | str]:
    """Decide about messages: the environment of one that is accepted, or why it is refused."""

    def decide(message: bytes) -> Mapping[str, str] | str:
        try:
            said = handover.parse_handover(sealing.open_sealed(message, key, told.pod))
        except (sealing.SealError, ValueError) as error:
            return str(error)
        problem = handover.problem_with_time(said.sealed_at, clock())
        problem = problem or handover.problem_with_environment(said.environment, told.names)
        return problem or said.environment

    return decide


def read_key(path: str) -> bytes:
    """The key in a file; ValueError where that is none."""
    with open(path, "rb") as file:  # noqa: PTH123 - pathlib would be a third of our start
        key = file.read(sealing.KEY_BYTES + 1)
    if len(key) != sealing.KEY_BYTES:
        raise ValueError(f"{path} has no key of {sealing.KEY_BYTES} bytes in it")
    return key


def open_port(told: settings.Settings) -> socket.socket:
    """The pod's port, on its own address where that is known."""
    family = socket.AF_INET6 if ":" in told.address else socket.AF_INET
    return socket.create_server((told.address, told.port), family=family, backlog=BACKLOG)


def become(command: Sequence[str], environ: Mapping[str, str]) -> NoReturn:
    """Become the command; nothing that this program has opened goes along."""
    try:
        os.execvpe(command[0], list(command), dict(environ))  # noqa: S606 - that is what it is for
    except OSError as error:
        end(NO_COMMAND, f"{command[0]} cannot be run: {error.strerror}")


def make_log() -> Callable[[str], None]:
    """A log of so many lines and no more."""
    left = MOST_LINES

    def log(line: str) -> None:
        nonlocal left
        left -= 1
        if left >= 0:
            say(line)
        if left == 0:
            say("more is not told")

    return log


def say(line: str) -> None:
    """Write a line to the pod's log."""
    sys.stderr.write(f"workshop-launch: {line}\n")
    sys.stderr.flush()


def end(status: int, line: str) -> NoReturn:
    """Say why, and end."""
    say(line)
    sys.exit(status)
