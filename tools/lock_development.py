"""Pin what noxfile.py and its sessions install from PyPI, with hashes: `requirements/lock.txt`.

    python tools/lock_development.py        run by `python3 noxfile.py -s pins`

What is wanted is read from our packages' pyproject.toml, with every extra, and from the lists of
requirements/ and docs/. One lock serves all supported Pythons and systems: where they need
different versions, a line has a marker. `requirements/start.txt` repeats the part of it that
noxfile.py sets itself up with, by pip. Needs `uv` on the PATH.
"""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

import pin_images

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "requirements"
LOCK = FOLDER / "lock.txt"
START = FOLDER / "start.txt"
START_TOOLS = ("nox", "uv")


def find_lists() -> list[Path]:
    """The lists of tools, each kept for a session or two."""
    listed = set(FOLDER.glob("*.txt")) - {LOCK, START}
    return [*sorted(listed), ROOT / "docs" / "requirements.txt"]


def find_dependencies() -> list[str]:
    """What our packages declare, with all extras, and what builds them; without one another."""
    found: set[str] = set()
    ours: set[str] = set()
    for path in sorted((ROOT / "packages").glob("*/pyproject.toml")):
        content = tomllib.loads(path.read_text())
        project = content["project"]
        ours.add(project["name"])
        found.update(project["dependencies"], content["build-system"]["requires"])
        found.update(*project.get("optional-dependencies", {}).values())
    return sorted(words for words in found if words.split("[")[0] not in ours)


def lock(target: Path, wanted: list[str], *more: str | Path) -> None:
    """Write the newest versions that fit together, and what made them."""
    options = ["--universal", "--python-version", pin_images.OLDEST_PYTHON, "--generate-hashes"]
    quiet = ["--quiet", "--no-config", "--upgrade", "--no-annotate", "--no-header"]
    command = ["uv", "pip", "compile", *quiet, *options, "-o", target, "-", *more]
    subprocess.run(command, input="\n".join(wanted), text=True, check=True)
    body = target.read_text()
    target.write_text(f"# Made by `python3 noxfile.py -s pins`; do not edit.\n{body}")
    print(f"requirements/{target.name}: {len(without_hashes(body).splitlines())} pins")


def without_hashes(text: str) -> str:
    """The versions of a lock alone: pip takes no hashes beside editable packages."""
    lines = [line.removesuffix("\\").rstrip() for line in text.splitlines()]
    return "\n".join(line for line in lines if line and line[0] not in "# ") + "\n"


if __name__ == "__main__":
    lock(LOCK, find_dependencies(), *find_lists())
    lock(START, list(START_TOOLS), "--constraint", LOCK)
