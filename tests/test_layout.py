"""The shape that all packages keep: a test file for each module, names that say what comes back."""

import ast
import collections
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = sorted(path.parent for path in ROOT.glob("packages/*/pyproject.toml"))
# Entry points and namespaces hold no concept of their own.
NO_TEST = {"__init__", "__main__"}
MOST_LINES = 400
MOST_MODULES = 25


def modules(package):
    return [p for p in sorted(package.glob("src/**/*.py")) if p.stem not in NO_TEST]


ALL_MODULES = [module for package in PACKAGES for module in modules(package)]


def name(path):
    return str(path.relative_to(ROOT / "packages"))


def place_of_tests(module):
    """Where the tests of a module are: its own path, below tests/ and with test_ before it."""
    package = next(package for package in PACKAGES if package in module.parents)
    (source,) = package.glob("src/*/__init__.py")
    inside = module.relative_to(source.parent)
    return package / "tests" / inside.with_name(f"test_{inside.name}")


def test_a_module_has_its_test_file():
    places = {name(module): place_of_tests(module) for module in ALL_MODULES}
    assert len(places) > 400
    wrong = {module: name(path) for module, path in places.items() if not path.exists()}
    assert not wrong, "write these for these"


def test_a_module_stays_readable():
    lines = {name(module): len(module.read_text().splitlines()) for module in ALL_MODULES}
    wrong = {module: count for module, count in lines.items() if count > MOST_LINES}
    assert not wrong, "a module this long has two concepts"


def test_a_folder_stays_readable():
    counts = collections.Counter(name(module.parent) for module in ALL_MODULES)
    wrong = {folder: count for folder, count in counts.items() if count > MOST_MODULES}
    assert not wrong, "a folder this full has two concerns"


def test_a_module_says_what_belongs_in_it():
    begins = ('"""', 'r"""', "#!")
    wrong = [name(each) for each in ALL_MODULES if not each.read_text().startswith(begins)]
    assert not wrong, "begin with a docstring"


def functions(tree):
    """The functions and methods of a module, without what a library's base class names."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def wrong_verb(function):
    """What is wrong with a function's name for what it returns, or None."""
    verb = re.match(r"_*(is|has|may|problem_with|decide|judge)(_|$)", function.name)
    returned = ast.unparse(function.returns) if function.returns else "nothing annotated"
    if verb is None:
        return None
    match verb[1]:
        case "is" | "has" | "may":
            fits = returned == "bool" or returned.startswith(("TypeGuard[", "TypeIs["))
            return None if fits else f"answers with {returned}, not with bool"
        case "problem_with":
            return None if returned == "str | None" else f"answers with {returned}, not str | None"
        case "decide":
            waits = isinstance(function, ast.AsyncFunctionDef)
            return "awaits: to ask somebody is no decision" if waits else None
    return "judge says too little: is_, problem_with_, parse_, decide_, or a verb that changes"


def test_a_verb_says_what_comes_back():
    wrong = {
        f"{name(module)}:{each.lineno} {each.name}": sentence
        for module in ALL_MODULES
        for each in functions(ast.parse(module.read_text()))
        if (sentence := wrong_verb(each))
    }
    assert not wrong


@pytest.mark.parametrize(
    ("source", "fits"),
    [
        ("def is_open() -> bool: ...", True),
        ("async def may_enter() -> bool: ...", True),
        ("def is_text(x: object) -> TypeGuard[str]: ...", True),
        ("def is_open() -> str: ...", False),
        ("def _has_room(): ...", False),
        ("def issue() -> str: ...", True),
        ("def problem_with_name(name: str) -> str | None: ...", True),
        ("def problem_with_name(name: str) -> str: ...", False),
        ("def decide_start() -> Verdict: ...", True),
        ("async def decide_start() -> Verdict: ...", False),
        ("def judge(x: int) -> bool: ...", False),
        ("def _judge_end() -> int: ...", False),
    ],
)
def test_the_rule_of_verbs_itself(source, fits):
    (function,) = functions(ast.parse(source))
    assert (wrong_verb(function) is None) is fits


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


def test_no_file_is_left_out_whole_for_want_of_a_program():
    """It would count as left out in the run of images too, which wants none of its tests."""
    files = [*ROOT.glob("packages/*/tests/**/*.py"), *ROOT.glob("tests/**/*.py")]
    own = {"test_layout.py", "test_results.py"}
    found = [str(f) for f in files if f.name not in own and "allow_module_level" in f.read_text()]
    assert not found, "mark its tests with pytest.mark.skipif"


def test_the_map_names_folders_that_there_are():
    found = re.findall(r"`([\w/]+/)`", (ROOT / "CONTRIBUTING.md").read_text())
    places = (".", "packages/*", "packages/*/src/*")
    missing = [p for p in found if not any([*ROOT.glob(f"{place}/{p}")] for place in places)]
    assert not missing
