"""The READMEs of the packages name an installation that works before there is a release."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
READMES = [
    path for path in sorted(ROOT.glob("packages/*/README.md")) if "pip install" in path.read_text()
]


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.parent.name)
def test_a_clone_can_be_installed_from(path):
    """Also what it needs of ours is named, as PyPI has none of it."""
    commands = re.findall(r"pip install ([^`\n]*packages/[^`\n]+)", path.read_text())
    assert commands, "no path to install from"
    project = tomllib.loads((path.parent / "pyproject.toml").read_text())["project"]
    for words in commands:
        folders = re.findall(r"packages/([a-z-]+)", words)
        assert all((ROOT / "packages" / folder / "pyproject.toml").is_file() for folder in folders)
        assert path.parent.name in folders
        assert "workshop-kube" not in project["dependencies"] or "workshop-kube" in folders
        assert "jupyterhub-butterfly" not in project["dependencies"] or "butterfly" in folders
