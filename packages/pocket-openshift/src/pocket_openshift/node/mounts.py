"""A pod's folder on disk: its home, its volumes, its logs.

Blocking; `pods.py` calls it in a thread.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from pocket_openshift.node.rules import volumes


@dataclasses.dataclass(frozen=True)
class PodFolder:
    """Where things of one pod are. The folder itself is nobody's but ours (0700)."""

    root: Path

    @property
    def home(self) -> Path:
        """HOME and working folder of the pod's processes."""
        return self.root / "home"

    @property
    def tmp(self) -> Path:
        """TMPDIR of the pod's processes."""
        return self.root / "tmp"

    def volume(self, name: str) -> Path:
        """The folder of one volume."""
        return self.root / "volumes" / name

    def log(self, container: str, restarts: int) -> Path:
        """The log of one run of a container."""
        return self.root / "logs" / (f"{container}.{restarts}.log")

    def termination_log(self, container: str) -> Path:
        """The file that stands for /dev/termination-log."""
        return self.root / "logs" / (container + ".termination")

    def make(self) -> None:
        """Create it all; safe to repeat."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.root.chmod(0o700)
        for folder in (self.home, self.tmp, self.root / "volumes", self.root / "logs"):
            folder.mkdir(mode=0o700, exist_ok=True)

    def remove(self) -> None:
        """Remove it all, but not what a link of it points to."""
        shutil.rmtree(self.root, ignore_errors=True)


def ensure_files(folder: Path, files: Iterable[volumes.File]) -> None:
    """Make `folder` hold exactly these files; each is replaced in one step, for its readers."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {file.path: file for file in files}
    for file in wanted.values():
        _replace(folder / file.path, file)
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        if str(path.relative_to(folder)) not in wanted:
            path.unlink(missing_ok=True)


def _replace(path: Path, file: volumes.File) -> None:
    if path.is_file() and path.read_bytes() == file.content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(file.content)
            os.fchmod(stream.fileno(), file.mode)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def ensure_claim(data: Path, namespace: str, name: str, uid: str) -> Path:
    """The local folder behind a PersistentVolumeClaim; it outlives the pods that use it."""
    folder = data / "claims" / (f"{namespace}_{name}_{uid}")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def read_tail(path: Path, limit: int = 4096) -> str:
    """The end of a small text file, or nothing."""
    try:
        with path.open("rb") as stream:
            stream.seek(0, os.SEEK_END)
            stream.seek(max(0, stream.tell() - limit))
            return stream.read().decode(errors="replace")
    except OSError:
        return ""
