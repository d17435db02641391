"""Files below the home, on the disk: find, list, read, and write whole or not at all.

Everything blocks, and is called in threads by `files`. A path is walked name by name from the open
home folder, links refused at each step, so that none that is swapped in meanwhile leads out.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import itertools
import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from typing import Literal

from jupyterhub_butterfly.rules.filepaths import Entry, make_etag
from jupyterhub_butterfly.transfer import renames

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Without waiting: opening a named pipe would wait for its writer for ever.
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
# Names of uploads under way, where the file system has no files without a name.
PART = ".terminal-upload-"


def _linked(name: str, folder: int) -> bool:
    with contextlib.suppress(OSError):
        return stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    return False


@contextlib.contextmanager
def open_folder(root: str, parts: Sequence[str]) -> Iterator[int]:
    """Open a folder below `root`; gives its descriptor. Raises `OSError`, ELOOP at a link."""
    folder = os.open(root, FOLDER & ~os.O_NOFOLLOW)
    try:
        for name in parts:
            try:
                inner = os.open(name, FOLDER, dir_fd=folder)
            except NotADirectoryError:
                if _linked(name, folder):
                    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from None
                raise
            os.close(folder)
            folder = inner
        yield folder
    finally:
        os.close(folder)


def open_file(root: str, parts: Sequence[str]) -> tuple[int, os.stat_result]:
    """Open a regular file for reading; returns descriptor and status.

    Raises `OSError`; `IsADirectoryError` for a folder, EPERM for a device, pipe or socket.
    """
    if not parts:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    with open_folder(root, parts[:-1]) as folder:
        found = os.stat(parts[-1], dir_fd=folder, follow_symlinks=False)
        if not stat.S_ISREG(found.st_mode):
            raise _not_regular(found.st_mode)
        handle = os.open(parts[-1], FILE, dir_fd=folder)
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode):  # swapped since
        os.close(handle)
        raise _not_regular(found.st_mode)
    return handle, found


def find_etag(found: os.stat_result) -> str:
    """Return what tells this version of a file from others."""
    return make_etag(found.st_ino, found.st_mtime_ns, found.st_size)


def _not_regular(mode: int) -> OSError:
    number = errno.EPERM
    if stat.S_ISDIR(mode):
        number = errno.EISDIR
    elif stat.S_ISLNK(mode):
        number = errno.ELOOP
    return OSError(number, os.strerror(number))


def list_folder(root: str, parts: Sequence[str], most: int) -> tuple[list[Entry], bool]:
    """List a folder, folders first; tells, too, whether it has more than the `most` listed."""
    with open_folder(root, parts) as folder, os.scandir(folder) as found:
        entries = [_make_entry(one) for one in itertools.islice(found, most + 1)]
    listed = sorted(entries[:most], key=lambda e: (e.kind != "folder", e.name.casefold()))
    return [e for e in listed if not e.name.startswith(PART)], len(entries) > most


def _make_entry(one: os.DirEntry[str]) -> Entry:
    try:
        found = one.stat(follow_symlinks=False)
    except OSError:  # gone since
        return Entry(one.name, "other", 0, 0.0)
    kind: Literal["file", "folder", "other"] = "other"
    if stat.S_ISREG(found.st_mode):
        kind = "file"
    elif stat.S_ISDIR(found.st_mode):
        kind = "folder"
    return Entry(one.name, kind, found.st_size, found.st_mtime)


def find_free(root: str, parts: Sequence[str]) -> int:
    """Return how many bytes the folder's disk still takes from us."""
    with open_folder(root, parts) as folder:
        found = os.fstatvfs(folder)
    return found.f_bavail * found.f_frsize


class Upload:
    """A file that is being received: it has its name only once it is whole.

    Until then it has none at all where the file system can do that (O_TMPFILE), so that nothing
    is left when we are killed; elsewhere it has a hidden name, which the next upload to that folder
    removes when it is no longer locked.
    """

    def __init__(
        self, root: str, parts: Sequence[str], *, replace: bool, version: str = ""
    ) -> None:
        """Begin. Raises `OSError`: EEXIST when the name is taken and `replace` is not set.

        `version` is the etag of the file that may be replaced: ESTALE where it is another by now.
        """
        self.name = parts[-1]
        self.replace = replace
        self.version = version
        self.received = 0
        self._part = ""
        self._file = -1
        with open_folder(root, parts[:-1]) as folder:
            self._folder = os.dup(folder)
        try:
            self._mode = self._check_name()
            self._file = self._open()
        except BaseException:
            self.abort()
            raise

    def write(self, data: bytes) -> None:
        """Write the next piece. Raises `OSError` when the disk is full."""
        view = memoryview(data)
        while view:
            view = view[os.write(self._file, view) :]
        self.received += len(data)

    def commit(self) -> str:
        """Give the whole file its name; returns its etag.

        Raises `OSError`: EEXIST when somebody was faster, ESTALE when the file is another by now.
        """
        if self._mode is not None:
            os.fchmod(self._file, stat.S_IMODE(self._mode))
        os.fsync(self._file)
        etag = find_etag(os.fstat(self._file))
        if self.replace and self._mode is not None:
            if not self._part:
                self._link(name := PART + secrets.token_hex(8))
                self._part = name
            self._check_name()
            self._take_place()
        else:
            self._link(self.name)  # never replaces: the kernel sees to it
        self.abort()
        return etag

    def _take_place(self) -> None:
        """Take the place of the file that is there, unless it is another than a moment ago.

        The two exchange their names first: so what was replaced is at hand, and can be put back.
        """
        try:
            renames.exchange(self._folder, self._part, self.name)
        except OSError as error:
            if error.errno not in renames.CANNOT:
                raise
            os.replace(self._part, self.name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
        else:
            old = os.stat(self._part, dir_fd=self._folder, follow_symlinks=False)
            if not stat.S_ISREG(old.st_mode) or self.version not in ("", find_etag(old)):
                renames.exchange(self._folder, self._part, self.name)
                raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))
            os.unlink(self._part, dir_fd=self._folder)
        self._part = ""

    def abort(self) -> None:
        """Leave nothing behind; also the end of a committed upload."""
        if self._part:
            with contextlib.suppress(OSError):
                os.unlink(self._part, dir_fd=self._folder)
            self._part = ""
        for handle in (self._file, self._folder):
            if handle >= 0:
                os.close(handle)
        self._file = self._folder = -1

    def _check_name(self) -> int | None:
        """Return the mode of the file that will be replaced, None when the name is free."""
        try:
            found = os.stat(self.name, dir_fd=self._folder, follow_symlinks=False)
        except FileNotFoundError:
            if self.version:
                raise OSError(errno.ESTALE, os.strerror(errno.ESTALE)) from None
            return None
        if not stat.S_ISREG(found.st_mode):
            raise _not_regular(found.st_mode)
        if self.version and self.version != find_etag(found):
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))
        if not self.replace:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        return found.st_mode

    def _open(self) -> int:
        try:
            return os.open(
                ".", os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o666, dir_fd=self._folder
            )
        except OSError as error:
            if error.errno not in {errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT}:
                raise
        self._sweep()
        name = PART + secrets.token_hex(8)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        handle = os.open(name, flags, 0o666, dir_fd=self._folder)
        self._part = name
        with contextlib.suppress(OSError):  # some network file systems know no locks
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return handle

    def _link(self, name: str) -> None:
        # A file without a name gets its first one by way of its descriptor.
        source = self._part or f"/proc/self/fd/{self._file}"
        os.link(
            source,
            name,
            src_dir_fd=self._folder,
            dst_dir_fd=self._folder,
            follow_symlinks=not self._part,
        )

    def _sweep(self) -> None:
        """Remove what uploads of a killed server have left here."""
        with os.scandir(self._folder) as found:
            names = [one.name for one in found if one.name.startswith(PART)]
        for name in names:
            with contextlib.suppress(OSError):
                handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=self._folder)
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    os.unlink(name, dir_fd=self._folder)
                finally:
                    os.close(handle)
