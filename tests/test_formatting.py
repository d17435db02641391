"""The formatter has the last word on every file: no table is kept from it."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SKIP = re.compile(r"#\s*fmt:")


def test_no_line_is_kept_from_the_formatter():
    folders = ("packages", "tests", "demo", "tools", "images")
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    assert len(paths) > 1000
    assert not [path for path in paths if SKIP.search(path.read_text())]
