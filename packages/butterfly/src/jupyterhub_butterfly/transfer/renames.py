"""Two ways to rename that Python does not have: without replacing, and two names for one another.

Each is one step of the kernel's, so that whoever saves a file in the same instant loses nothing:
https://man7.org/linux/man-pages/man2/renameat2.2.html. Both block.
"""

from __future__ import annotations

import ctypes
import errno
import os

# What tells that a kernel, a C library or a file system (NFS, for one) does not know it.
CANNOT = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP})
RENAME_NOREPLACE, RENAME_EXCHANGE = 1, 2


def rename_free(source: int, name: str, target: int, other: str) -> None:
    """Rename `name` in the folder `source` to `other` in `target`, folders by their descriptors.

    Raises `OSError`: EEXIST when that is taken; one of CANNOT where there is no such step, and
    EINVAL also for a folder that is to be moved into itself.
    """
    _rename(source, name, target, other, RENAME_NOREPLACE)


def exchange(folder: int, one: str, other: str) -> None:
    """Give each of two files in a folder the other's name. Raises `OSError`, as above."""
    _rename(folder, one, folder, other, RENAME_EXCHANGE)


def _rename(source: int, name: str, target: int, other: str, flag: int) -> None:
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:  # no Linux, or a C library from before 2018
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS)) from None
    if call(source, os.fsencode(name), target, os.fsencode(other), flag):
        raise OSError(number := ctypes.get_errno(), os.strerror(number))
