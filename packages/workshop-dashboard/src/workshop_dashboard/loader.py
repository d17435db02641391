"""The folder that a workshop's notes lie in, read from the disk.

Nothing else reads files of the notes. It gives a `Notes`, read again when a page, a workshop file
or a folder changed. Nothing outside the folder is ever read but the definition of the workshop and
variables that are mounted as files, and what is read is bounded in number and size. It blocks.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from workshop_dashboard import asciidoc
from workshop_dashboard.rules import configjs, pathways, workshopfile
from workshop_dashboard.rules.notes import PAGE_SUFFIXES, Notes, make_notes
from workshop_dashboard.rules.variables import MAX_VALUE
from workshop_dashboard.slides import decks

MAX_FILES = 20_000
MAX_PAGE_BYTES = 1024 * 1024
MAX_DEFINITIONS = 20
MAX_ORDERED = 200
WRONG_BYTES = 20  # a text has fewer wrong bytes than one in so many
CONTENT_FOLDERS = ("workshop/content", "content", "raneto/content")
WORKSHOP_FILES = ("workshop.yaml", "workshop.yml", "_workshop.yml")
MODULES_FILES = ("modules.yaml", "modules.yml", "_modules.yml")
CONFIG_JS = "config.js"
# What a page of these names cannot be, wherever the pages are: files for the system itself.
OWN_FILES = frozenset({*WORKSHOP_FILES, *MODULES_FILES, CONFIG_JS})


class LoaderError(OSError):
    """The folder cannot be used; the message is a sentence that says what to do."""


@dataclass(frozen=True)
class SourceFiles:
    """Where one workshop's files are: the pages' folder, and the other files if there are any.

    `static` is a folder whose files count as lying beside the pages, `pathways` the `config.yaml`
    of Educates, `definitions` the files that may define the workshop there.
    """

    content: Path
    workshop_file: Path | None
    modules_file: Path | None
    config_file: Path | None = None
    static: Path | None = None
    pathways: Path | None = None
    definitions: tuple[Path, ...] = ()
    top: Path = Path()  # the folder as given: links may lead anywhere within


@dataclass(frozen=True)
class Listing:
    """What a walk found: files by name, and the state of all that the notes are made of."""

    files: Mapping[str, Path]
    state: Mapping[Path, tuple[int, int] | None]


class Loader:
    """The notes in `folder`; `load()` is safe to call from any thread, as often as one likes.

    `workshop_file` names another file than workshop.yaml. `builtin` are values of variables
    that the workshop's own definitions may override, `fixed` are those that override all.
    `is_trusted` lets the pages' own HTML act.
    """

    def __init__(
        self,
        folder: Path,
        workshop_file: str = "",
        builtin: Mapping[str, str] | None = None,
        fixed: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        *,
        is_trusted: bool = False,
    ) -> None:
        self.folder = folder
        self._is_trusted = is_trusted
        self._workshop_file = workshop_file
        self._builtin = dict(builtin or {})
        self._fixed = dict(fixed or {})
        self._environment = dict(environment or {})
        self._lock = threading.Lock()
        self._listing = Listing({}, {})
        self._notes: Notes | None = None
        self.version = 0  # another number each time the notes were read again

    def load(self) -> Notes:
        """Return the notes as they are on the disk now.

        Raises `LoaderError` when the folder is missing, too large or a page is no text, and
        `workshopfile.WorkshopFileError` when a workshop file is wrong.
        """
        with self._lock:
            if self._notes is None or not _is_current(self._listing):
                self._notes = None  # until it has been read whole
                sources = find_sources(self.folder, self._workshop_file)
                self._listing = list_sources(sources)
                self._notes = self._read(sources, self._listing.files)
                self.version += 1
            return self._notes

    def file(self, name: str) -> Path | None:
        """Return the path of a file beside the pages, None if there is none of this name."""
        if name not in self.load().files:
            return None
        path = self._listing.files[name]
        return path if path.is_file() else None

    def load_with_files(self) -> tuple[Notes, Mapping[str, Path]]:
        """Return the notes and the paths of the files beside the pages, as of one moment."""
        notes = self.load()
        return notes, {name: self._listing.files[name] for name in notes.files}

    def read_text(self, name: str) -> str | None:
        """Return the text of a page or a file, None where it is missing, too large or no text."""
        path = self._listing.files.get(name)
        try:
            return _text(path) if path else None
        except OSError:
            return None

    def _read(self, sources: SourceFiles, found: Mapping[str, Path]) -> Notes:
        workshop = self._read_workshop(sources)
        own = workshopfile.resolve(workshop.variables, self._environment, _has_command)
        values = {**self._builtin, "images_url": workshop.images_url, **own, **self._fixed}
        pages = {name for name in found if name.lower().endswith(PAGE_SUFFIXES)}
        texts = {name: _text(found[name]) for name in pages}
        notes = make_notes(texts, workshop, values, frozenset(found) - pages)
        return replace(
            notes, read=self.read_text, convert=asciidoc.convert, is_trusted=self._is_trusted
        )

    def _read_workshop(self, sources: SourceFiles) -> workshopfile.Workshop:
        """Read all files that say something of the workshop as a whole."""
        text = _text(sources.config_file)
        config = configjs.read_config(text, self._environment) if text else None
        if config and configjs.ORDERED_FOLDER in text:
            ordered = read_ordered(Path(configjs.ORDERED_FOLDER))
            config.variables[:0] = [(name, value, ()) for name, value in ordered.items()]
        workshop_file = sources.workshop_file
        if config and config.loads and config.loads[-1]:
            workshop_file = _named(sources, config.loads[-1]) or workshop_file
        if config and config.modules and not config.loads:
            workshop_file = None  # the program said all of it
        modules = _text(sources.modules_file)
        workshop = workshopfile.read_workshop(_text(workshop_file), modules)
        if sources.modules_file and sources.modules_file.name.startswith("_"):
            workshop = replace(workshop, engine="liquid.js")
        if config:
            workshop = workshopfile.add_config(workshop, config)
        return self._add_definition(workshop, sources)

    def _add_definition(
        self, workshop: workshopfile.Workshop, sources: SourceFiles
    ) -> workshopfile.Workshop:
        """Add what the files of Educates say, where it is a workshop of theirs."""
        read = (pathways.read_definition(_text(path)) for path in sources.definitions)
        definition = next((each for each in read if each), None)
        if workshop.is_old:
            name = workshop.name or (definition.title if definition else "")
            tabs = workshop.tabs or (definition.tabs if definition else ())
            return replace(workshop, name=name, is_educates=definition is not None, tabs=tabs)
        if not definition and not sources.pathways:
            return workshop
        chosen = self._fixed.get("pathway_name") or self._environment.get("PATHWAY_NAME", "")
        theirs = pathways.read_pathways(_text(sources.pathways), chosen, definition)
        return replace(
            theirs,
            name=workshop.name or theirs.name,
            modules=workshop.modules or theirs.modules,
            variables=(*workshop.variables, *theirs.variables),
            tabs=workshop.tabs or theirs.tabs,
            is_educates=True,
        )


def find_sources(folder: Path, workshop_file: str = "") -> SourceFiles:
    """Find the pages and the workshop files below `folder`, in the layouts that are in use.

    The pages are in `workshop/content/`, `content/` or `raneto/content/`, else in the folder
    itself. Raises `LoaderError` when the folder or a named workshop file does not exist.
    """
    if not folder.is_dir():
        raise LoaderError(f"There is no folder {folder}: give the folder that holds the notes.")
    places = (folder / name for name in CONTENT_FOLDERS)
    content = next((place for place in places if place.is_dir()), folder)
    home = folder if content == folder else content.parent
    homes = tuple(dict.fromkeys((folder, folder / "workshop", home, content)))
    workshop = _first_file(homes, (workshop_file,) if workshop_file else WORKSHOP_FILES)
    if workshop_file and workshop is None:
        raise LoaderError(f"There is no {workshop_file} in {folder}: correct WORKSHOP_FILE.")
    config = _first_file((home,), ("config.yaml",))
    return SourceFiles(
        content=content.resolve(),
        workshop_file=workshop,
        modules_file=_first_file(homes, MODULES_FILES),
        config_file=_first_file(homes, (CONFIG_JS,)),
        static=home / "static" if home != content and (home / "static").is_dir() else None,
        pathways=config if config and _is_ours(config) else None,
        definitions=_find_definitions(home),
        top=folder.resolve(),
    )


def _is_ours(config: Path) -> bool:
    """Tell whether a `config.yaml` is that of a workshop, and not of something else."""
    words = ("pathways:", "params:")
    return any(line.startswith(words) for line in _text(config).splitlines())


def _find_definitions(home: Path) -> tuple[Path, ...]:
    """Find the files that may define the workshop: `resources/` beside the folder `workshop`."""
    top = home.resolve().parent if home.resolve().name == "workshop" else home
    found = sorted((top / "resources").glob("*.yaml"))
    first = [path for path in found if path.name == "workshop.yaml"]
    named = [path for path in found if path.name.startswith("workshop") and path not in first]
    return tuple([*first, *named][:MAX_DEFINITIONS])


def read_ordered(folder: Path) -> dict[str, str]:
    """Read variables that are mounted as files, one a file; nothing where the folder is missing."""
    found = sorted(folder.iterdir())[:MAX_ORDERED] if folder.is_dir() else []
    names = (path for path in found if re.fullmatch(r"[A-Za-z_]\w{0,99}", path.name))
    return {path.name: _text(path)[:MAX_VALUE].rstrip("\n") for path in names if path.is_file()}


def has_pages(folder: Path) -> bool:
    """Tell whether there is any page to show in `folder`."""
    try:
        sources = find_sources(folder)
        found = walk_folder(sources.content, {}, sources.top)
        return any(name.lower().endswith(PAGE_SUFFIXES) for name, _ in found)
    except OSError:
        return False


def path_of(folder: Path, name: str) -> Path:
    """Return the path of a file that the notes know as `name`, beginning with `folder` as given."""
    places = (folder / place for place in CONTENT_FOLDERS)
    content = next((place for place in places if place.is_dir()), folder)
    paths = (home / name for home in (content, folder, folder / "workshop"))
    return next((path for path in paths if path.is_file()), folder / name)


def list_sources(sources: SourceFiles) -> Listing:
    """List the files beside the pages, and note the state of what the notes are made of.

    Raises `LoaderError` when there are more than `MAX_FILES`.
    """
    state: dict[Path, tuple[int, int] | None] = {}
    files = dict(walk_folder(sources.content, state, sources.top))
    if decks.has_deck(sources.content / decks.FOLDER):  # beside the pages, and none of them
        files = {name: files[name] for name in files if not name.startswith(f"{decks.FOLDER}/")}
    if sources.static:
        beside = walk_folder(sources.static.resolve(), state, sources.top)
        files = {**dict(beside), **files}
    made_of = [path for name, path in files.items() if name.lower().endswith(PAGE_SUFFIXES)]
    named = (sources.workshop_file, sources.modules_file, sources.config_file, sources.pathways)
    for path in (*made_of, *filter(None, named), *sources.definitions, sources.content.parent):
        state[path] = _stamp(path)
    return Listing(files, state)


def walk_folder(
    top: Path, state: dict[Path, tuple[int, int] | None], within: Path
) -> Iterator[tuple[str, Path]]:
    """Yield (name below `top`, path) of every file; hidden ones are left out.

    So are links that lead out of the folder `within`, and links to folders. The folders' states
    are put into `state`. Raises `LoaderError` for more than `MAX_FILES`.
    """
    count, waiting = 0, [("", top)]
    while waiting:
        prefix, folder = waiting.pop()
        state[folder] = _stamp(folder)
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        for entry in found:
            if entry.name.startswith((".", "node_modules")):
                continue
            path = Path(entry.path)
            if entry.is_dir(follow_symlinks=False):
                waiting.append((f"{prefix}{entry.name}/", path))
            elif _is_inside(entry, within):
                count += 1
                if count > MAX_FILES:
                    raise LoaderError(f"{top} holds more than {MAX_FILES} files: name one folder.")
                yield f"{prefix}{entry.name}", path


def _is_inside(entry: os.DirEntry[str], top: Path) -> bool:
    """Tell whether an entry is a file of the folder, also by a link within it."""
    if not entry.is_symlink():
        return entry.is_file()
    target = Path(entry.path).resolve()
    return target.is_relative_to(top) and target.is_file()


def _stamp(path: Path) -> tuple[int, int] | None:
    """Return what changes with the file or folder, None where it is gone."""
    try:
        found = path.stat()
    except OSError:
        return None
    size = 0 if stat.S_ISDIR(found.st_mode) else found.st_size
    return found.st_mtime_ns, size


def _is_current(listing: Listing) -> bool:
    return all(_stamp(path) == before for path, before in listing.state.items())


def _named(sources: SourceFiles, name: str) -> Path | None:
    """Return a workshop file that the program names, if it lies beside it."""
    if not sources.config_file or name.startswith("/") or ".." in Path(name).parts:
        return None
    path = sources.config_file.parent / name
    return path if path.is_file() else None


def _first_file(homes: Iterable[Path], names: tuple[str, ...]) -> Path | None:
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
        text = data.decode("utf-8-sig", "replace")
        # A few letters of an older encoding are no reason to show nothing.
        if len(data) > WRONG_BYTES * text.count("\ufffd"):
            return text
        raise LoaderError(f"{path} is not UTF-8 text: save it as UTF-8.") from error


def _has_command(name: str) -> bool:
    return shutil.which(name) is not None
