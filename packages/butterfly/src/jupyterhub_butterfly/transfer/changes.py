"""Folders made, files renamed and removed below the home, on the disk.

Everything blocks, and is called in threads by `change_page`. Nothing is replaced, and no link is
followed: a link is renamed and removed as what it is.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
from collections.abc import Sequence

from jupyterhub_butterfly.transfer import renames
from jupyterhub_butterfly.transfer.storage import open_folder

# What tells that a file system knows no hard links.
NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK})


def make_folder(root: str, parts: Sequence[str]) -> None:
    """Make a folder. Raises `OSError`: EEXIST when the name is taken."""
    with open_folder(root, parts[:-1]) as folder:
        os.mkdir(parts[-1], dir_fd=folder)


def rename(root: str, parts: Sequence[str], to: Sequence[str]) -> None:
    """Give a file or folder another name or place. Raises `OSError`: EEXIST when that is taken."""
    with open_folder(root, parts[:-1]) as source, open_folder(root, to[:-1]) as target:
        try:
            # An editor that saves by putting a new file in the place of the old one may do so at
            # any moment: whichever of the two is there goes along.
            renames.rename_free(source, parts[-1], target, to[-1])
        except OSError as error:
            if error.errno not in renames.CANNOT:
                raise
            _rename_by_steps(source, parts[-1], target, to[-1])


def _rename_by_steps(source: int, name: str, target: int, other: str) -> None:
    found = os.stat(name, dir_fd=source, follow_symlinks=False)
    if stat.S_ISDIR(found.st_mode):
        _rename_free(source, name, target, other)
        return
    try:
        # Never replaces what somebody has put there meanwhile: the kernel sees to it.
        os.link(name, other, src_dir_fd=source, dst_dir_fd=target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        _rename_free(source, name, target, other)
        return
    _unlink_same(source, name, os.stat(other, dir_fd=target, follow_symlinks=False))


def _unlink_same(folder: int, name: str, wanted: os.stat_result) -> None:
    """Remove the old name, unless it is another file's by now: that one is kept."""
    with contextlib.suppress(FileNotFoundError):
        if os.path.samestat(os.stat(name, dir_fd=folder, follow_symlinks=False), wanted):
            os.unlink(name, dir_fd=folder)


def _rename_free(source: int, name: str, target: int, other: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.stat(other, dir_fd=target, follow_symlinks=False)
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    os.rename(name, other, src_dir_fd=source, dst_dir_fd=target)


def remove(root: str, parts: Sequence[str], *, whole: bool) -> None:
    """Remove a file, a link or an empty folder; with `whole`, a folder and all that is in it.

    Raises `OSError`: ENOTEMPTY for a folder with something in it.
    """
    with open_folder(root, parts[:-1]) as folder:
        found = os.stat(parts[-1], dir_fd=folder, follow_symlinks=False)
        if not stat.S_ISDIR(found.st_mode):
            os.unlink(parts[-1], dir_fd=folder)
        elif whole:
            shutil.rmtree(parts[-1], dir_fd=folder)
        else:
            os.rmdir(parts[-1], dir_fd=folder)
