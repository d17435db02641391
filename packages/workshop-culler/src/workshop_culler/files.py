"""Files that are replaced as a whole: whoever reads them sees the old one or the new one."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def replace_file(path: Path, lines: Iterable[str]) -> None:
    """Write a file (mode 0600) so that a kill at any moment leaves the old one or the new one.

    Raises OSError; what was begun is then removed.
    """
    fresh = path.with_name(path.name + ".new")
    try:
        # Made here and nowhere else: no link that somebody has put there is followed, and nobody
        # else has it open.
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
