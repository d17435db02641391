"""Each picture of the documentation is made by a program, so that none is left as it was once."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
TOOL = ROOT / "tools" / "take_pictures.py"
# What the demo does not show: pictures that a test leaves among its artifacts, and which test.
FROM_TESTS = {
    "hint": "tests/test_hints.py",
    "instructor-page-board": "packages/workshop-culler/tests/service/test_hints_page.py",
    "instructor-page-prestart": "packages/workshop-culler/tests/service/test_prestart_api.py",
}
USED = re.compile(r"images/([\w-]+)\.(?:png|svg)")


def read_taken():
    """The names that the tool takes pictures under; it is not imported, as it needs the demo."""
    calls = [node for node in ast.walk(ast.parse(TOOL.read_text())) if isinstance(node, ast.Call)]
    names = [
        call.args[1].value
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr == "take"
        and isinstance(call.args[1], ast.Constant)
    ]
    assert len(names) == len(set(names))
    return set(names)


def test_each_picture_is_taken_by_a_scene_or_by_a_test():
    assert not read_taken() & set(FROM_TESTS)
    assert read_taken() | set(FROM_TESTS) == {path.stem for path in IMAGES.glob("*.png")}
    for name, test in FROM_TESTS.items():
        assert f'artifacts / "{name}' in (ROOT / test).read_text().replace('f"', '"'), test


def test_each_picture_is_shown_somewhere_and_each_that_is_shown_is_there():
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *ROOT.glob("packages/*/README.md")]
    shown = {name for page in pages for name in USED.findall(page.read_text())}
    assert shown == {path.stem for path in IMAGES.iterdir()}
