"""The folder that a workshop's notes lie in, read from the disk.

Nothing else reads files of the notes. It gives a `Notes`, read again when a file changed. Nothing
outside the folder is ever read, and what is read is bounded in number and size. It blocks.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from workshop_dashboard.rules import workshopfile
from workshop_dashboard.rules.notes import PAGE_SUFFIXES, Notes, make_notes

MAX_FILES = 5000
MAX_PAGE_BYTES = 1024 * 1024
CONTENT_FOLDERS = ("content", "workshop/content", "raneto/content")
WORKSHOP_FILES = ("workshop.yaml", "workshop.yml", "_workshop.yml")
MODULES_FILES = ("modules.yaml", "modules.yml", "_modules.yml")

IGNORED = "config.js"


class LoaderError(OSError):
    """The folder cannot be used; the message is a sentence that says what to do."""


@dataclass(frozen=True)
class SourceFiles:
    """Where one workshop's files are: the pages' folder, and the two files if there are any."""

    content: Path
    workshop_file: Path | None
    modules_file: Path | None
    ignored: tuple[str, ...] = ()


class Loader:
    """The notes in `folder`; `load()` is safe to call from any thread, as often as one likes.

    `workshop_file` names another file than workshop.yaml. `builtin` are values of variables
    that the workshop's own definitions may override, `fixed` are those that override all.
    """

    def __init__(
        self,
        folder: Path,
        workshop_file: str = "",
        builtin: Mapping[str, str] | None = None,
        fixed: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self._workshop_file = workshop_file
        self._builtin = dict(builtin or {})
        self._fixed = dict(fixed or {})
        self._environment = dict(environment or {})
        self._lock = threading.Lock()
        self._state: object = None
        self._notes: Notes | None = None

    def load(self) -> Notes:
        """Return the notes as they are on the disk now.

        Raises `LoaderError` when the folder is missing, too large or a page is no text, and
        `workshopfile.WorkshopFileError` when a workshop file is wrong.
        """
        with self._lock:
            sources = find_sources(self.folder, self._workshop_file)
            found = dict(list_files(sources.content))
            state = (
                sources,
                _state([*found.values(), sources.workshop_file, sources.modules_file]),
            )
            if self._notes is None or state != self._state:
                self._notes = self._read(sources, found)
                self._state = state
            return self._notes

    def file(self, name: str) -> Path | None:
        """Return the path of a file beside the pages, None if there is none of this name."""
        notes = self.load()
        if name not in notes.files:
            return None
        return find_sources(self.folder, self._workshop_file).content / name

    def _read(self, sources: SourceFiles, found: Mapping[str, Path]) -> Notes:
        workshop = workshopfile.read_workshop(
            _text(sources.workshop_file), _text(sources.modules_file)
        )
        own = workshopfile.resolve(workshop.variables, self._environment, _has_command)
        values = {**self._builtin, "images_url": workshop.images_url, **own, **self._fixed}
        pages = {name for name in found if name.lower().endswith(PAGE_SUFFIXES)}
        texts = {name: _text(found[name]) for name in pages}
        notes = make_notes(texts, workshop, values, set(found) - pages)
        return replace(notes, ignored=sources.ignored)


def find_sources(folder: Path, workshop_file: str = "") -> SourceFiles:
    """Find the pages and the workshop files below `folder`, in the layouts that are in use.

    The pages are in `content/`, `workshop/content/` or `raneto/content/`, else in the folder
    itself. Raises `LoaderError` when the folder or a named workshop file does not exist.
    """
    if not folder.is_dir():
        raise LoaderError(f"There is no folder {folder}: give the folder that holds the notes.")
    places = (folder / name for name in CONTENT_FOLDERS)
    content = next((place for place in places if place.is_dir()), folder)
    homes = tuple(dict.fromkeys((folder, folder / "workshop", content)))
    names = (workshop_file,) if workshop_file else WORKSHOP_FILES
    workshop = _first_file(homes, names)
    if workshop_file and workshop is None:
        raise LoaderError(f"There is no {workshop_file} in {folder}: correct WORKSHOP_FILE.")
    ignored = (IGNORED,) if _first_file(homes, (IGNORED,)) else ()
    return SourceFiles(content.resolve(), workshop, _first_file(homes, MODULES_FILES), ignored)


def path_of(folder: Path, name: str) -> Path:
    """Return the path of a file that the notes know as `name`, beginning with `folder` as given."""
    places = (folder / place for place in CONTENT_FOLDERS)
    content = next((place for place in places if place.is_dir()), folder)
    paths = (home / name for home in (content, folder, folder / "workshop"))
    return next((path for path in paths if path.is_file()), folder / name)


def list_files(content: Path) -> Iterator[tuple[str, Path]]:
    """Yield (name below `content`, path) of every file, hidden ones and foreign links left out.

    Raises `LoaderError` when there are more than `MAX_FILES`.
    """
    count = 0
    for parent, folders, files in os.walk(content):
        folders[:] = sorted(f for f in folders if not f.startswith((".", "node_modules")))
        for file in sorted(f for f in files if not f.startswith(".")):
            path = Path(parent, file)
            if not path.resolve().is_relative_to(content) or not path.is_file():
                continue
            count += 1
            if count > MAX_FILES:
                raise LoaderError(f"{content} holds more than {MAX_FILES} files: name one folder.")
            yield path.relative_to(content).as_posix(), path


def _state(paths: list[Path | None]) -> tuple[tuple[str, int, int], ...]:
    stats = ((str(path), path.stat()) for path in paths if path)
    return tuple((path, stat.st_mtime_ns, stat.st_size) for path, stat in stats)


def _first_file(homes: tuple[Path, ...], names: tuple[str, ...]) -> Path | None:
    paths = (home / name for home in homes for name in names)
    inside = (path for path in paths if path.is_file())
    return next(inside, None)


def _text(path: Path | None) -> str:
    if path is None:
        return ""
    with path.open("rb") as file:
        data = file.read(MAX_PAGE_BYTES + 1)
    if len(data) > MAX_PAGE_BYTES:
        raise LoaderError(f"{path} is larger than {MAX_PAGE_BYTES} bytes: make two pages of it.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LoaderError(f"{path} is not UTF-8 text: save it as UTF-8.") from error


def _has_command(name: str) -> bool:
    return shutil.which(name) is not None
