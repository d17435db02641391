"""May this tag be released? `python tools/check_release.py v1.2.3` says what is missing.

All distributions must have the tag's version, and each changelog a section of it that is not
"unreleased" and groups its lines by Added, Changed, Fixed, Removed or Security.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GROUPS = ("Added", "Changed", "Fixed", "Removed", "Security")


def find_problems(tag: str, root: Path = ROOT) -> list[str]:
    """A sentence for each thing that is missing."""
    version = tag.removeprefix("v")
    packages = sorted(path.parent for path in root.glob("packages/*/pyproject.toml"))
    return [sentence for package in packages for sentence in problems_of(package, version)]


def problems_of(package: Path, version: str) -> list[str]:
    """What keeps one distribution from being released as `version`."""
    (init,) = package.glob("src/*/__init__.py")
    sentences = []
    if f'__version__ = "{version}"' not in init.read_text():
        sentences.append(f"{package.name}: __version__ is not {version}.")
    section = find_section((package / "CHANGELOG.md").read_text(), version)
    if section is None:
        sentences.append(f"{package.name}: CHANGELOG.md has no section {version} with a date.")
    elif not any(f"### {group}" in section for group in GROUPS):
        sentences.append(f"{package.name}: the section {version} has none of {', '.join(GROUPS)}.")
    return sentences


def find_section(changelog: str, version: str) -> str | None:
    """The text below "## VERSION (DATE)"."""
    head = rf"^## {re.escape(version)} \(\d{{4}}-\d\d-\d\d\)$"
    found = re.search(rf"{head}(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    return found[1] if found else None


if __name__ == "__main__":
    problems = find_problems(sys.argv[1])
    print("\n".join(problems) or f"{sys.argv[1]} may be released.")
    sys.exit(bool(problems))
