"""The start file of interactive shells: the image's fragments, the prompt, the person's own file.

`app` writes it where the shell is bash; other shells read their own files only.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath

SAFE_NAME = re.compile(r"[^\w.@+-]", re.ASCII)


def make_prompt(user: str) -> str:
    r"""Return the prompt, `[ada:\w] $ `, or without a name `[\w] $ `.

    A prompt is expanded by the shell: what it would take for a command or an escape is left out of
    the name.
    """
    name = SAFE_NAME.sub("_", user)[:40]
    return rf"[{name}:\w] $ " if name else r"[\w] $ "


def make_bashrc(prompt: str, fragments: Iterable[Path]) -> str:
    """Return the file. The person's own `~/.bashrc` is read last, and wins."""
    lines = [
        "# Of the terminal's server: read by its interactive shells instead of ~/.bashrc.",
        *(f"[ -r {_quote(f)} ] && . {_quote(f)}" for f in fragments),
        f"PS1={shlex.quote(prompt)}",
        "[ -r ~/.bashrc ] && . ~/.bashrc",
        "true",
    ]
    return "\n".join(lines) + "\n"


def make_argv(shell: Sequence[str], bashrc: str) -> list[str]:
    """Return the shell's command with our start file, where it is a plain interactive bash."""
    plain = PurePath(shell[0]).name == "bash" and list(shell[1:]) == ["-i"]
    return [shell[0], "--rcfile", bashrc, "-i"] if plain else list(shell)


def _quote(path: Path) -> str:
    return shlex.quote(str(path))
