"""What spawner and culler write and read on objects is named in workshop_kube.labels alone."""

import ast
from pathlib import Path

import pytest

import workshop_kube.labels

SOURCES = Path(__file__).resolve().parents[1] / "packages"
NAMES = {
    value
    for name, value in vars(workshop_kube.labels).items()
    if name.isupper() and isinstance(value, str) and "/" in value
}
MODULES = [
    path
    for package in ("workshop-spawner", "workshop-culler")
    for path in sorted(SOURCES.glob(f"{package}/src/**/*.py"))
]


def list_texts(module):
    tree = ast.parse(module.read_text())
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}


def test_there_are_names():
    assert "workshop.jupyter.org/session" in NAMES
    assert "spawner/requestor" in NAMES


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_nobody_else_names_them(module):
    assert not list_texts(module) & NAMES
