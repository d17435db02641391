"""What CI calls by name exists: the sessions of noxfile.py."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CALLERS = [
    ROOT / ".ci" / "run",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / ".github" / "workflows").glob("*.yml")),
]


def read_sessions():
    """The functions with a decorator of nox's; noxfile.py is not imported, as it starts nox."""
    tree = ast.parse((ROOT / "noxfile.py").read_text())
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    decorated = {one.name for one in functions if "nox.session" in map(ast.unparse, names(one))}
    assert {"tests", "versions", "results"} <= decorated
    return decorated


def names(function):
    """The decorators, called or not."""
    return [getattr(one, "func", one) for one in function.decorator_list]


def read_called(path):
    """The words behind each `noxfile.py -s`."""
    calls = re.findall(r"noxfile\.py -s((?: [a-z]+)+)", path.read_text())
    return [word for call in calls for word in call.split()]


@pytest.mark.parametrize("path", CALLERS, ids=lambda path: path.name)
def test_each_session_that_is_called_exists(path):
    assert set(read_called(path)) <= read_sessions()


def test_a_release_is_audited_and_has_its_bill_of_materials():
    path = ROOT / ".github" / "workflows" / "release.yml"
    assert {"audit", "sbom"} <= set(read_called(path))
    assert "path: sbom.json" in path.read_text()
