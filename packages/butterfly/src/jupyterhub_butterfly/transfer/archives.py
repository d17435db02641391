"""A folder as one zip file, made while it is sent: nothing is kept on disk or in memory.

Everything blocks, and is called in threads by `files`. Links, devices and pipes are left out.
"""

from __future__ import annotations

import contextlib
import os
import stat
import time
import zipfile
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from jupyterhub_butterfly.transfer import storage

PIECE = 256 * 1024
MOST_FILES = 20_000
Found = tuple[str, str, int]  # folder below the archive's, name, descriptor of that folder


class TooLargeError(Exception):
    """More than may be sent; the message is a sentence."""


def _walk(root: str, parts: Sequence[str]) -> Iterator[Found]:
    with storage.open_folder(root, parts) as top:
        for path, folders, names, folder in os.fwalk(".", dir_fd=top, follow_symlinks=False):
            folders.sort()
            for name in sorted(names):
                if not name.startswith(storage.PART):
                    yield os.path.normpath(path), name, folder


def measure(root: str, parts: Sequence[str], limit: int) -> int:
    """Return the size of a folder's files; `TooLargeError` above `limit` bytes, or `OSError`."""
    size = 0
    for count, (_, name, folder) in enumerate(_walk(root, parts), 1):
        with contextlib.suppress(FileNotFoundError):
            found = os.stat(name, dir_fd=folder, follow_symlinks=False)
            size += found.st_size if stat.S_ISREG(found.st_mode) else 0
        if size > limit or count > MOST_FILES:
            raise TooLargeError(
                f"The folder has more than {limit} bytes or {MOST_FILES} files. Pack a part of it "
                "yourself (ButterflyApp.download_bytes)."
            )
    return size


def write_archive(root: str, parts: Sequence[str], target: BinaryIO, limit: int) -> None:
    """Write the folder into `target`, which need not be seekable; `OSError`, `TooLargeError`."""
    left = limit
    top = parts[-1] if parts else "home"
    with target, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path, name, folder in _walk(root, parts):
            try:
                handle = os.open(name, storage.FILE, dir_fd=folder)
            except OSError:  # a link, no right to read it, or gone since
                continue
            with os.fdopen(handle, "rb") as source:
                found = os.fstat(handle)
                if not stat.S_ISREG(found.st_mode):
                    continue
                entry = _make_entry(os.path.normpath(f"{top}/{path}/{name}"), found)
                left -= _copy(source, archive, entry, left)


def _make_entry(path: str, found: os.stat_result) -> zipfile.ZipInfo:
    # A zip file knows the years from 1980 to 2107.
    when = min(max(found.st_mtime, 315619200.0), 4354732799.0)
    name = path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    entry = zipfile.ZipInfo(name, time.localtime(when)[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = (found.st_mode & 0xFFFF) << 16
    return entry


def _copy(source: BinaryIO, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> int:
    count = 0
    with archive.open(entry, "w", force_zip64=True) as target:
        while data := source.read(PIECE):
            count += len(data)
            if count > left:
                raise TooLargeError("The folder has grown beyond what may be sent.")
            target.write(data)
    return count
