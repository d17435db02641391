"""Browser tests wait for what they need to see."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = [*ROOT.glob("packages/*/tests/**/*.py"), *ROOT.glob("tests/*.py")]
# Methods of a page or a locator that answer with what is there now.
NOW = (
    "is_visible is_hidden is_enabled is_disabled is_checked is_editable count inner_text "
    "text_content input_value all_inner_texts all_text_contents"
)
ASKS_ONCE = re.compile(
    rf"assert .*await .*\.({NOW.replace(' ', '|')})\(|assert .*evaluate\(.document\.activeElement"
)


def find_lines(text):
    """The lines that ask a page once, and would fail where it is a moment late."""
    return [line.strip() for line in text.splitlines() if ASKS_ONCE.search(line)]


def test_no_test_asks_a_page_once():
    wrong = {
        str(file.relative_to(ROOT)): lines
        for file in FILES
        if file != Path(__file__) and (lines := find_lines(file.read_text()))
    }
    assert not wrong, "write `await expect(locator)...` of tests/support/pages.py"


@pytest.mark.parametrize(
    ("line", "once"),
    [
        ('    assert await page.get_by_role("heading").is_visible()', True),
        ('    assert not await page.is_visible("#files")', True),
        ('    assert "alice" in await page.inner_text("nav")', True),
        ('    assert await page.evaluate("document.activeElement.id") == "find"', True),
        ('    await expect(page.get_by_role("heading")).to_be_visible()', False),
        ('    assert await page.evaluate("6 * 7") == 42', False),
    ],
)
def test_the_rule_itself(line, once):
    assert bool(find_lines(line)) is once
