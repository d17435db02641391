"""What a page says about itself, as the workshops of the past wrote it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_dashboard.rules import frontmatter


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("---\nTitle: Hello\n---\nbody", "title", "Hello"),
        ("---\nTitle: 'A: colon'\n---\nbody", "title", "A: colon"),
        ("---\nTitle: Foo: bar\n---\nbody", "title", "Foo: bar"),
        ("---\nNextPage: a/b\n---\n", "next_page", "a/b"),
        ("---\nnext page: a/b\n---\n", "next_page", "a/b"),
        ("---\nnext_page: a/b\n---\n", "next_page", "a/b"),
        ("---\nPrevPage: ../x\n---\n", "prev_page", "../x"),
        ("---\nExitSign: Go on\n---\n", "exit_sign", "Go on"),
        ("---\nExitLink: https://x\n---\n", "exit_link", "https://x"),
        pytest.param("---\nTitle:" + " " * 500_000 + "x\n---", "title", "x", id="a long line"),
        ("---\nSort: 3\n---\n", "sort", 3.0),
        ("---\nSort: last\n---\n", "sort", None),
        ("+++\ntitle = 'A = b'\n+++\nbody", "title", "A = b"),
        ('+++\ntitle = "Say \\"hi\\"" # why\n+++\n', "title", 'Say "hi"'),
        ("+++\nweight = 3\n[params]\ntitle = 'no'\n+++\n", "sort", 3.0),
        ("+++\n[params]\ntitle = 'no'\n+++\n", "title", ""),
        ("---\nweight: 20\n---\n", "sort", 20.0),
        ("---\ndraft: true\n---\n", "draft", True),
        ("---\ntitle: >\n  Two\n  lines\nx: 1\n---\n", "title", "Two lines"),
        ("---\ntitle: 'it''s'\n---\n", "title", "it's"),
        ("/*\nTitle: Old\n*/\nbody", "title", "Old"),
        ("\ufeff---\nTitle: With a mark\n---\n", "title", "With a mark"),
        ("---\r\nTitle: Windows\r\n---\r\n", "title", "Windows"),
        ("---\ntags:\n  - Title: no\nTitle: yes\n---\n", "title", "yes"),
        ("\n  \n---\nTitle: Below\n---\n", "title", "Below"),
        ("\n+++\ntitle = 'Below'\n+++\n", "title", "Below"),
        ("\n---\ntitle: >\n  Two\n  lines\n---\n", "title", "Two lines"),
    ],
)
def test_a_key_is_read(text, field, value):
    assert getattr(frontmatter.split_front_matter(text)[0], field) == value


def test_the_body_keeps_the_numbers_of_its_lines():
    front, body, first_line = frontmatter.split_front_matter(
        "---\nTitle: T\nSort: 1\n---\none\ntwo"
    )
    assert (body, first_line) == ("one\ntwo", 5)
    assert front.line("sort") == 3
    assert front.line("next_page") == 1
    front, body, first_line = frontmatter.split_front_matter("\n\n---\nSort: 1\n---\none")
    assert (body, first_line, front.line("sort")) == ("one", 6, 4)


@pytest.mark.parametrize(
    "text", ["", "# Title\n---\n", "---\nTitle: never closed\n", "--- \n", "\n---\na rule\n---\nb"]
)
def test_what_is_no_block_stays_in_the_body(text):
    front, body, first_line = frontmatter.split_front_matter(text)
    assert front == frontmatter.FrontMatter()
    assert (body.split(), first_line) == (text.split(), 1)


@given(st.text())
def test_any_text_can_be_parted(text):
    _, body, first_line = frontmatter.split_front_matter(text)
    lines = text.removeprefix("\ufeff").splitlines()
    assert body.splitlines() == "\n".join(lines[first_line - 1 :]).splitlines()
