"""Notes that lie elsewhere (`DOWNLOAD_URL`): fetched when a session starts, in the background.

A git repository, an archive, or a folder of files on a web server, as the original took it. What is
fetched is bounded in size and time, and nothing of it is run.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workshop_dashboard import loader
from workshop_dashboard.rules import workshopfile
from workshop_dashboard.rules.notes import PAGE_SUFFIXES, Notes

MAX_BYTES = 200 * 1024 * 1024
MAX_FILES = 5000
REQUEST_SECONDS = 30.0
FETCH_SECONDS = 300.0
LOOK_SECONDS = 0.2
ARCHIVES = (".tar.gz", ".tgz", ".tar", ".tar.xz", ".zip")
DIGEST = re.compile(r"sha256=([0-9a-f]{64})")
REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,199}")


class RemoteError(loader.LoaderError):
    """The notes cannot be fetched; the message says what to do."""


@dataclass(frozen=True)
class Source:
    """Where notes are: `kind` is `git`, `archive` or `files`; what is wanted of it.

    `ref` is a branch, tag or commit, `digest` the SHA-256 of an archive in hex, `folder` a folder
    within; each may be empty.
    """

    kind: str
    url: str
    ref: str = ""
    digest: str = ""
    folder: str = ""


def parse_source(text: str) -> Source:
    """Read a `DOWNLOAD_URL`: `REPOSITORY.git[#REF[:FOLDER]]`, `ARCHIVE[#sha256=HEX]`, or a folder.

    Raises `RemoteError` for what is none of them.
    """
    url, _, more = text.strip().partition("#")
    is_git = url.startswith("git+") or url.endswith(".git")
    url = url.removeprefix("git+")
    if not url.startswith(("https://", "http://")):
        raise RemoteError(f"DOWNLOAD_URL must be an address of the web, not {text!r}.")
    if is_git:
        ref, _, folder = more.partition(":")
        if ref and not REF.fullmatch(ref):
            raise RemoteError(f"{ref!r} in DOWNLOAD_URL is no branch, tag or commit.")
        return Source("git", url, ref=ref, folder=_inner_folder(folder))
    if urllib.parse.urlsplit(url).path.endswith(ARCHIVES):
        digest = DIGEST.match(more)
        if more and not digest:
            raise RemoteError(
                "Behind the # of an archive DOWNLOAD_URL takes sha256= and 64 digits."
            )
        return Source("archive", url, digest=digest[1] if digest else "")
    return Source("files", url.rstrip("/"))


def _inner_folder(name: str) -> str:
    if name.startswith("/") or ".." in Path(name).parts:
        raise RemoteError(f"The folder {name!r} in DOWNLOAD_URL is not within the repository.")
    return name


class RemoteLoader(loader.Loader):
    """The loader of notes that come from elsewhere; until they are there, `load` says so."""

    _problem = ""
    _is_pending = False

    def begin(self, source: Source) -> threading.Thread:
        """Begin to fetch the notes into the loader's folder; returns at once."""
        self._problem = f"The notes are being fetched from {_host(source)}. One moment ..."
        self._is_pending = True
        thread = threading.Thread(target=self._fetch, args=(source,), daemon=True)
        thread.start()
        return thread

    @property
    def is_pending(self) -> bool:
        """Whether the notes are still on their way."""
        return self._is_pending

    def load(self) -> Notes:
        """Return the notes. Raises `RemoteError` while they are not there."""
        if self._problem:
            raise RemoteError(self._problem)
        return super().load()

    def _fetch(self, source: Source) -> None:
        try:
            fetch(source, self.folder)
            self._problem = ""
        except RemoteError as error:
            # A copy of an earlier start is better than nothing.
            self._problem = "" if self.folder.is_dir() else str(error)
        finally:
            self._is_pending = False


def _host(source: Source) -> str:
    return urllib.parse.urlsplit(source.url).hostname or source.url


def fetch(source: Source, target: Path) -> None:
    """Fetch the notes and put them at `target`, in the place of what is there. It blocks.

    Raises `RemoteError`; `target` is as it was then.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".fetch-") as name:
        place = Path(name)
        do = {"git": fetch_git, "archive": fetch_archive, "files": fetch_files}[source.kind]
        found = do(source, place)
        if not found.is_dir():
            raise RemoteError(f"{source.url} has no folder {source.folder}.")
        old = place / "old"
        if target.exists():
            target.rename(old)
        found.rename(target)


def fetch_git(source: Source, place: Path) -> Path:
    """Fetch one commit of a repository; no hook, filter or submodule of it is run."""
    folder = place / "repository"
    folder.mkdir()
    _git(["init", "--quiet", "--template="], folder)
    wanted = ["--no-tags", "--no-recurse-submodules", source.url, source.ref or "HEAD"]
    try:
        _git(["fetch", "--quiet", "--depth=1", *wanted], folder)
    except RemoteError:  # some servers give no part of a history
        _git(["fetch", "--quiet", *wanted], folder)
    _git(["checkout", "--quiet", "--detach", "FETCH_HEAD"], folder)
    shutil.rmtree(folder / ".git")
    return folder / source.folder


def _git(words: list[str], folder: Path) -> None:
    safe = [
        *("-c", "core.hooksPath=/dev/null", "-c", "core.symlinks=false"),
        *("-c", "protocol.allow=never", "-c", "protocol.https.allow=always"),
        *(
            "-c",
            "protocol.http.allow=always",
            "-c",
            "filter.lfs.smudge=",
            "-c",
            "filter.lfs.required=false",
        ),
    ]
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        **{name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")},
        **{
            name: os.environ[name]
            for name in ("SSL_CERT_FILE", "GIT_SSL_CAINFO")
            if name in os.environ
        },
    }
    try:
        process = subprocess.Popen(  # noqa: S603 - our own words; the reference is checked
            ["git", *safe, *words],  # noqa: S607 - the PATH's git
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
    except FileNotFoundError as error:
        raise RemoteError("There is no git in this image: give DOWNLOAD_URL an archive.") from error
    with process:
        problem = _watch(process, folder)
        said = process.stderr.read().decode("utf-8", "replace") if process.stderr else ""
    if problem or process.returncode:
        raise RemoteError(problem or f"git cannot fetch the notes: {said.strip()[-300:]}")


def _watch(process: subprocess.Popen[bytes], folder: Path) -> str:
    """Wait for git, and end it when it takes too much; returns why."""
    end = time.monotonic() + FETCH_SECONDS
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(LOOK_SECONDS)
            return ""
        if time.monotonic() > end or _size(folder) > MAX_BYTES:
            process.kill()
            return (
                f"The notes take more than {FETCH_SECONDS:g} s or {MAX_BYTES >> 20} MiB to fetch."
            )


def _size(folder: Path) -> int:
    total = 0
    for parent, _, files in os.walk(folder):
        for name in files:
            with contextlib.suppress(OSError):
                total += Path(parent, name).lstat().st_size
    return total


def fetch_archive(source: Source, place: Path) -> Path:
    """Fetch an archive, hold it to its digest, and unpack it. One top folder is stepped into."""
    data = _download(source.url)
    if data is None:
        raise RemoteError(f"There is no {source.url}: correct DOWNLOAD_URL.")
    found = hashlib.sha256(data).hexdigest()
    if source.digest and found != source.digest:
        raise RemoteError(f"The notes have the digest {found}, and DOWNLOAD_URL asks for another.")
    packed, folder = place / "packed", place / "unpacked"
    packed.write_bytes(data)
    folder.mkdir()
    try:
        unpack = _unpack_zip if zipfile.is_zipfile(packed) else _unpack_tar
        unpack(packed, folder)
    except RemoteError:
        raise
    except (tarfile.TarError, zipfile.BadZipFile, OSError, EOFError) as error:
        raise RemoteError(f"{source.url} cannot be unpacked: {error}") from error
    inside = list(folder.iterdir())
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else folder


def _unpack_tar(packed: Path, folder: Path) -> None:
    with tarfile.open(packed) as tar:
        members, size = [], 0
        for member in tar:
            members.append(member)
            size += member.size
            _hold_to_bounds(len(members), size)
        tar.extractall(folder, members, filter="data")


def _hold_to_bounds(count: int, size: int) -> None:
    if count > MAX_FILES or size > MAX_BYTES:
        raise RemoteError(f"The notes hold more than {MAX_FILES} files or {MAX_BYTES >> 20} MiB.")


def _unpack_zip(packed: Path, folder: Path) -> None:
    with zipfile.ZipFile(packed) as archive:
        found = archive.infolist()
        _hold_to_bounds(len(found), sum(each.file_size for each in found))
        archive.extractall(folder)  # noqa: S202 - it takes out what leads elsewhere


def fetch_files(source: Source, place: Path) -> Path:
    """Fetch the workshop file, the file of its modules, and each page that it activates."""
    folder = place / "files"
    legacy = _fetch_into(source, folder, "_workshop.yml") is not None
    workshop = _fetch_first(source, folder, ("_workshop.yml", "workshop.yaml", "workshop.yml"))
    modules = _fetch_first(source, folder, ("_modules.yml", "modules.yaml", "modules.yml"))
    if workshop is None:
        raise RemoteError(f"There is no workshop.yaml in {source.url}: correct DOWNLOAD_URL.")
    _fetch_into(source, folder, loader.CONFIG_JS)
    try:
        read = workshopfile.read_workshop(workshop, modules or "")
    except workshopfile.WorkshopFileError as error:
        raise RemoteError(str(error)) from error
    for name in _page_files(read.modules[:MAX_FILES], "" if legacy else "content/"):
        _fetch_first(source, folder, name)
    _set_images(folder, source, legacy=legacy)
    return folder


def _page_files(pages: tuple[str, ...], top: str) -> Iterator[tuple[str, ...]]:
    for page in pages:
        if not page.startswith("/") and ".." not in Path(page).parts:
            yield tuple(f"{top}{page}{suffix}" for suffix in PAGE_SUFFIXES)


def _set_images(folder: Path, source: Source, *, legacy: bool) -> None:
    """Say where the pictures are, which are not fetched."""
    import yaml

    path = next((folder / n for n in loader.MODULES_FILES if (folder / n).exists()), None)
    path = path or folder / "modules.yaml"
    text = path.read_text("utf-8") if path.exists() else ""
    document = yaml.safe_load(text) or {}
    config = document.get("config") or {}
    config.setdefault("images_url", f"{source.url}/{'images' if legacy else 'content'}")
    document["config"] = config
    path.write_text(yaml.safe_dump(document), "utf-8")


def _fetch_first(source: Source, folder: Path, names: tuple[str, ...]) -> str | None:
    for name in names:
        text = _fetch_into(source, folder, name)
        if text is not None:
            return text
    return None


def _fetch_into(source: Source, folder: Path, name: str) -> str | None:
    """Fetch one file of the folder; None if it is not there."""
    path = folder / name
    if path.is_file():
        return path.read_text("utf-8", "replace")
    data = _download(f"{source.url}/{urllib.parse.quote(name)}", loader.MAX_PAGE_BYTES)
    if data is None:
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return data.decode("utf-8", "replace")


def _download(url: str, limit: int | None = None) -> bytes | None:
    """Return what is at `url`, None for 404. Only the web is asked, whatever redirects say."""
    limit = MAX_BYTES if limit is None else limit
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler,
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPRedirectHandler,
        urllib.request.HTTPErrorProcessor,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.UnknownHandler,
    ):
        opener.add_handler(handler())
    try:
        with contextlib.closing(opener.open(url, timeout=REQUEST_SECONDS)) as answer:
            data = bytes(answer.read(limit + 1))
    except urllib.error.HTTPError as error:
        with error:
            if error.code in (404, 410):
                return None
        raise RemoteError(f"{url} answers {error.code} {error.reason}.") from error
    except (OSError, ValueError) as error:
        raise RemoteError(f"{url} cannot be fetched: {error}") from error
    if len(data) > limit:
        raise RemoteError(f"{url} is larger than {limit} bytes.")
    return data
