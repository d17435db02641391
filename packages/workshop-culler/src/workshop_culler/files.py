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
        with fresh.open("w", encoding="utf-8", newline="") as file:
            os.fchmod(file.fileno(), 0o600)
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
