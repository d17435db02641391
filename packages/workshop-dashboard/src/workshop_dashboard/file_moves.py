"""What blocks do to whole files of the home folder: copy, rename and delete them, make folders.

Nothing is overwritten, and no folder is deleted. It blocks.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from workshop_dashboard.rules.edits import EditError

MAX_BYTES = 64 * 1024 * 1024
HOME = ("~/", "$HOME/")


def move_file(home: Path, details: Mapping[str, Any]) -> str:
    """Carry out the block and return a sentence that says what was done.

    `details["command"]` is one of `MOVES`. Raises `EditError`, and `OSError` of the disk.
    """
    return MOVES[str(details["command"])](home, details)


def find_inside(home: Path, name: str) -> Path:
    """Return the path of a file of the home folder. Raises `EditError` for any other."""
    for start in HOME:
        name = name.removeprefix(start)
    path = (home / name).resolve()
    if not name or not path.is_relative_to(home.resolve()):
        raise EditError(f"{name} is not in the home folder.")
    return path


def _copy(home: Path, details: Mapping[str, Any]) -> str:
    source, target = _both(home, details)
    if source.stat().st_size > MAX_BYTES:
        raise EditError(f"{source.name} is too large to be copied here: use a terminal.")
    shutil.copyfile(source, target)
    return f"Copied {source.name} to {details['dest']}."


def _rename(home: Path, details: Mapping[str, Any]) -> str:
    source, target = _both(home, details)
    source.rename(target)
    return f"Renamed {source.name} to {details['dest']}."


def _both(home: Path, details: Mapping[str, Any]) -> tuple[Path, Path]:
    source = _existing(home, str(details.get("src", "")))
    target = find_inside(home, str(details.get("dest", "")))
    target = target / source.name if target.is_dir() else target
    if target.exists():
        raise EditError(f"{target.name} is there already: rename or delete it first.")
    target.parent.mkdir(parents=True, exist_ok=True)
    return source, target


def _delete(home: Path, details: Mapping[str, Any]) -> str:
    path = _existing(home, str(details.get("file", "")))
    path.unlink()
    return f"Deleted {path.name}."


def _existing(home: Path, name: str) -> Path:
    path = find_inside(home, name)
    if not path.is_file():
        raise EditError(f"There is no file {name}.")
    return path


def _make_folder(home: Path, details: Mapping[str, Any]) -> str:
    given = (details.get(key) for key in ("path", "directory", "file"))
    name = str(next((each for each in given if each), ""))
    path = find_inside(home, name)
    if path.exists() and not path.is_dir():
        raise EditError(f"{name} is a file.")
    path.mkdir(parents=True, exist_ok=True)
    return f"The folder {name} is there."


MOVES: Mapping[str, Callable[[Path, Mapping[str, Any]], str]] = {
    "copy-file": _copy,
    "rename-file": _rename,
    "delete-file": _delete,
    "create-directory": _make_folder,
}
