"""The house keeps its shape: one concept, one file, one test file; one version for all."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = sorted(path.parent for path in ROOT.glob("packages/*/pyproject.toml"))
# Entry points and namespaces hold no concept of their own.
NO_TEST = {"__init__", "__main__"}
CEILING = 400


def modules(package):
    return [p for p in sorted(package.glob("src/**/*.py")) if p.stem not in NO_TEST]


ALL_MODULES = [module for package in PACKAGES for module in modules(package)]


def name(path):
    return str(path.relative_to(ROOT / "packages"))


def test_there_are_seven_distributions():
    assert len(PACKAGES) == 7


@pytest.mark.parametrize("module", ALL_MODULES, ids=name)
def test_a_module_has_its_test_file(module):
    package = next(package for package in PACKAGES if package in module.parents)
    found = list(package.glob(f"tests/**/test_{module.stem}.py"))
    assert found, f"write tests/test_{module.stem}.py for {name(module)}"


@pytest.mark.parametrize("module", ALL_MODULES, ids=name)
def test_a_module_stays_readable(module):
    assert len(module.read_text().splitlines()) <= CEILING, "a module this long wants a second room"


@pytest.mark.parametrize("module", ALL_MODULES, ids=name)
def test_a_module_says_what_belongs_in_it(module):
    assert module.read_text().startswith(('"""', 'r"""', "#!")), "begin with a docstring"


def test_one_version_for_all():
    text = [next(package.glob("src/*/__init__.py")).read_text() for package in PACKAGES]
    versions = {re.search(r'^__version__ = "(.+)"$', init, re.M)[1] for init in text}
    assert len(versions) == 1


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_a_package_has_what_people_look_for(package):
    for file in ("README.md", "CHANGELOG.md", "LICENSE"):
        assert (package / file).stat().st_size > 0
    project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == ">=3.11"
    assert project["license"] == "BSD-3-Clause"


def test_the_licences_are_one():
    ours = (ROOT / "LICENSE").read_text()
    assert {(package / "LICENSE").read_text() for package in PACKAGES} == {ours}


def test_no_test_folder_is_a_package():
    assert not [*ROOT.glob("packages/*/tests/**/__init__.py"), *ROOT.glob("tests/**/__init__.py")]
