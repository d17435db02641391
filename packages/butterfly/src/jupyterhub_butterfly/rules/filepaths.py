"""What the file transfers decide: paths below the home, names, sizes, verdicts in sentences.

`storage` does it on the disk, `files` answers browsers, `offers` the commands in the shell.
"""

from __future__ import annotations

import errno
import posixpath
import unicodedata
import urllib.parse
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

LONGEST_NAME = 255  # bytes: the limit of Linux file systems
LONGEST_PATH = 4096
# Marks that show a name in another order than it is written: "a<U+202E>txt.exe" reads "aexe.txt".
TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


class BadPathError(ValueError):
    """No path of a file below the home; the message is a sentence for the person."""


@dataclass(frozen=True)
class Entry:
    """One line of a folder's list. `size` in bytes; `modified` in seconds since 1970."""

    name: str
    kind: Literal["file", "folder", "other"]
    size: int
    modified: float


def split_path(path: str) -> tuple[str, ...]:
    """Return the names of a path below the home, "" for the home itself. Raises `BadPathError`.

    A path cannot climb: ".." is refused, wherever it would lead.
    """
    if len(path) > LONGEST_PATH or "\0" in path:
        raise BadPathError("There is no file with such a name.")
    parts = tuple(part for part in path.split("/") if part not in {"", "."})
    if ".." in parts:
        raise BadPathError(
            "Only files in the home folder can be reached, and no path with '..' in it."
        )
    for part in parts:
        if count_bytes(part) > LONGEST_NAME:
            raise BadPathError(f"The name {part[:40]}... is longer than {LONGEST_NAME} bytes.")
    return parts


def count_bytes(name: str) -> int:
    """Return how long a name is on the disk. Raises `BadPathError` for what no disk can hold."""
    try:
        return len(name.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError as error:
        raise BadPathError("There is no file with such a name.") from error


def check_new_name(name: str) -> None:
    """Raise `BadPathError` for a name that would be a trap in a shell or a list."""
    if not name:
        raise BadPathError("A file needs a name.")
    if name.startswith("-"):
        raise BadPathError(
            f"The name {name!r} begins with a dash: commands take that for an option. Rename it."
        )
    if any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} or c in TURNING for c in name):
        raise BadPathError(
            "The name has characters that cannot be seen (control characters). Rename it."
        )


def make_etag(inode: int, modified: int, size: int) -> str:
    """Return what tells this version of a file from others; `modified` in nanoseconds."""
    return f'"{inode:x}-{modified:x}-{size:x}"'


def find_below(root: str, path: str) -> str | None:
    """Return `path` relative to `root`, "" for the root itself; None when it lies elsewhere.

    Both are absolute and without links, as `os.path.realpath` gives them.
    """
    if path == root:
        return ""
    base = root.rstrip("/") + "/"
    return path[len(base) :] if path.startswith(base) else None


def quote_path(parts: Iterable[str]) -> str:
    """Return names as the path of a URL."""
    names = (part.encode("utf-8", "surrogateescape") for part in parts)
    return "/".join(urllib.parse.quote(name, safe="") for name in names)


def make_disposition(name: str) -> str:
    """Return the Content-Disposition that has a browser save under `name` (RFC 6266)."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in name)
    encoded = urllib.parse.quote(name.encode("utf-8", "replace"), safe="")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"


def format_size(count: float) -> str:
    """Return a number of bytes for people, for example "1.5 MiB"."""
    for unit in UNITS:
        if count < 1024 or unit == UNITS[-1]:
            return f"{count:.0f} B" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    raise AssertionError("unreachable")


def format_path(parts: Sequence[str]) -> str:
    """Return the path as a person in the shell writes it."""
    return posixpath.join("~", *parts)


def problem_with_size(size: int, limit: int, what: str, setting: str) -> str | None:
    """Return why a file of `size` bytes may not pass, None when it may. A limit of 0: none may."""
    if limit <= 0:
        return f"{what} is turned off here ({setting})."
    if size > limit:
        return (
            f"The file has {format_size(size)}; at most {format_size(limit)} may pass ({setting})."
        )
    return None


def problem_with_space(size: int, free: int) -> str | None:
    """Return why `size` bytes do not fit on a disk with `free` bytes left, None when they do."""
    if size <= free:
        return None
    return f"The disk is full: {format_size(size)} are needed and {format_size(free)} are free."


def may_fetch(headers: Mapping[str, str]) -> bool:
    """Tell whether a page of this site, or the person, asks: by the browser's Sec-Fetch headers.

    Files are not for pictures, scripts or frames of another site, even if a browser would send
    cookies along; a link on another site may lead here, as it shows that site nothing.
    """
    if headers.get("Sec-Fetch-Site", "none") in {"same-origin", "none"}:
        return True
    mode, dest = headers.get("Sec-Fetch-Mode"), headers.get("Sec-Fetch-Dest")
    return mode == "navigate" and dest == "document"


_SENTENCES: dict[int | None, tuple[int, str]] = {
    errno.ENOSPC: (507, "The disk is full. Nothing was kept; delete something, then try again."),
    errno.EDQUOT: (507, "Your quota on this disk is used up. Nothing was kept; delete something."),
    errno.EFBIG: (413, "The file is larger than this file system takes."),
    errno.EROFS: (403, "This folder cannot be written to: its file system is read-only."),
    errno.EACCES: (403, "The session's account has no right to do this here."),
    errno.EPERM: (403, "The session's account has no right to do this here."),
    errno.ENOENT: (404, "There is no such file or folder in the home."),
    errno.ENOTDIR: (404, "There is no such file or folder in the home."),
    errno.ENAMETOOLONG: (400, "The name is longer than this file system takes."),
    errno.ELOOP: (
        403,
        "This is a link, and links are not followed. Name the file that it leads to.",
    ),
    errno.EEXIST: (409, "There is a file of this name already."),
    errno.EISDIR: (409, "There is a folder of this name."),
    errno.ENOTEMPTY: (409, "The folder is not empty."),
    errno.EXDEV: (409, "That is on another disk: copy it in the shell, then remove it here."),
    errno.EINVAL: (409, "A folder cannot be moved into itself."),
    errno.ESTALE: (
        412,
        "The file has changed since you opened it, or is gone. Nothing was overwritten.",
    ),
}


def explain(error: OSError) -> tuple[int, str]:
    """Return the HTTP status and the sentence for trouble with the disk."""
    unknown = (500, f"The disk answers with an error: {error.strerror or 'unknown'}.")
    return _SENTENCES.get(error.errno, unknown)
