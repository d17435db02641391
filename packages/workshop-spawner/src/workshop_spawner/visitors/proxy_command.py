"""Become the proxy that JupyterHub has asked for, without the hub's own error pages.

A program of its own, `python proxy_command.py COMMAND...`, that knows nothing but Python's library.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

NOT_FOUND = 127


def find_command(words: Sequence[str]) -> list[str]:
    """The command without `--error-target` and its address, which JupyterHub always adds."""
    kept: list[str] = []
    for word in words:
        if kept and kept[-1] == "--error-target":
            kept.pop()
        else:
            kept.append(word)
    return kept


def main(words: Sequence[str]) -> int:
    """Run it in this process's place; the exit code when there is no such program."""
    command = find_command(words)
    try:
        os.execvp(command[0], command)  # noqa: S606 - the hub's own command
    except OSError as error:
        print(f"The hub's proxy {command[0]} cannot be started: {error.strerror}", file=sys.stderr)
        return NOT_FOUND


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
