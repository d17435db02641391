"""What a page says that our programs say, they say: `docs/how-to/debug-a-session.md`.

In quotes, with an ellipsis for what differs. It is looked for among the strings of the sources, and
in the templates and scripts of pages.
"""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "how-to" / "debug-a-session.md"
QUOTED = re.compile(r'"([^"]{8,})"')
SPEAKERS = ("butterfly", "openshift-authenticator", "workshop-culler", "workshop-spawner")
SOURCES = [ROOT / "packages" / name / "src" for name in SPEAKERS]


def list_strings(file):
    """The strings of a module; those with something filled in, in one piece."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
            yield "".join(parts)


def read_sources():
    """All that our programs can say, a string a line."""
    texts = [
        text for folder in SOURCES for file in folder.rglob("*.py") for text in list_strings(file)
    ]
    pages = [
        file for folder in SOURCES for end in ("html", "js") for file in folder.rglob(f"*.{end}")
    ]
    return "\n".join([*texts, *(file.read_text() for file in pages)])


def list_missing(sentence, said):
    """Pieces of a sentence that nobody says."""
    pieces = (" ".join(piece.split()) for piece in sentence.split("…"))
    return [piece for piece in pieces if piece.strip(" :.") and piece not in said]


@pytest.fixture(scope="module")
def said():
    return " ".join(read_sources().split())


def test_each_sentence_of_the_page_is_said(said):
    sentences = QUOTED.findall(PAGE.read_text())
    assert len(sentences) > 25
    wrong = {text: missing for text in sentences if (missing := list_missing(text, said))}
    assert wrong == {}


def test_a_sentence_that_nobody_says_is_found(said):
    assert list_missing("Your session did not begin", said)
