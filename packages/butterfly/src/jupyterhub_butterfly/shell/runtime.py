"""A private folder while the server runs: commands for its shells, their start file, a socket.

Only our own account may look into it. `app` makes it before the first shell, and removes it.
"""

from __future__ import annotations

import logging
import shlex
import shutil
import sys
import tempfile
from pathlib import Path

log = logging.getLogger(__name__)

COMMANDS = {"workshop-download": "download", "workshop-upload": "upload"}
PROGRAM = Path(__file__).parents[1] / "transfer" / "commands.py"


class Runtime:
    """The folder, and where things are in it."""

    def __init__(self) -> None:
        """Make it. Raises `OSError` where there is no place for temporary files."""
        self.folder = Path(tempfile.mkdtemp(prefix="terminal-"))  # mode 0700
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        self.socket = self.folder / "socket"
        self.bashrc = self.folder / "bashrc"

    def write_commands(self) -> None:
        """Write the commands that talk to us from a shell: scripts that run our own Python."""
        for name, verb in COMMANDS.items():
            path = self.bin / name
            path.write_text(make_script(sys.executable, str(PROGRAM), verb))
            path.chmod(0o755)

    def link(self, name: str, target: str) -> None:
        """Have a command of this name lead to `target`, from one moment to the next."""
        fresh = self.bin / f".{name}"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(target)
        fresh.replace(self.bin / name)

    def remove(self) -> None:
        """Remove it with all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)


def make_script(python: str, program: str, verb: str) -> str:
    """Make a command: no package, no user's setting is read, so that it starts at once."""
    words = shlex.join([python, "-I", "-S", program, verb])
    return f'#!/bin/sh\nexec {words} "$@"\n'


def make_path(folder: Path, path: str) -> str:
    """Return PATH with our folder first."""
    return f"{folder}:{path}" if path else f"{folder}:/usr/local/bin:/usr/bin:/bin"


def make_runtime() -> Runtime | None:
    """Make the folder; a machine without a place for it has shells without our commands."""
    try:
        runtime = Runtime()
        runtime.write_commands()
    except OSError as error:
        log.warning("No folder for the shells' commands: %s", error)
        return None
    return runtime
