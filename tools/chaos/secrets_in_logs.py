"""Secrets of a run, and the logs in which one of them stands.

Pure but for reading the files. A secret is shown by its name and never by its value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

# Shorter ones stand in a log by chance.
SHORTEST = 12


class Secrets:
    """What must stand in no log: values by the name that a person would call them."""

    def __init__(self) -> None:
        self._names: dict[bytes, str] = {}

    def add(self, name: str, value: str) -> None:
        """Note one; short ones are left out, as they stand in any text."""
        if len(value) >= SHORTEST:
            self._names.setdefault(value.encode(), name)

    def __len__(self) -> int:
        return len(self._names)

    def find(self, text: bytes) -> list[str]:
        """The names of those that stand in a text."""
        return sorted({name for value, name in self._names.items() if value in text})


def find_in_files(secrets: Secrets, files: Iterable[Path]) -> Iterator[str]:
    """A sentence for each secret that stands in one of these files."""
    for path in files:
        for name in secrets.find(path.read_bytes()):
            yield f"{name} stands in {path.name}"


def read_environment(text: bytes) -> Mapping[str, str]:
    """The environment of a process, as /proc shows it."""
    words = text.decode(errors="replace").split("\0")
    return dict(word.split("=", 1) for word in words if "=" in word)


def is_secret_variable(name: str) -> bool:
    """Whether a variable's value is a secret by its name."""
    return name.upper().endswith(("TOKEN", "SECRET", "PASSWORD", "KEY", "CODE"))
