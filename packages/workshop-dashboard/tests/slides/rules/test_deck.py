"""Decks: what is kept of reveal.js's pages, and slides in Markdown."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_dashboard.slides.rules import deck

PAGE = """<!doctype html><html><head><title>Boats &amp; pods</title>
<link rel="stylesheet" href="css/theme/{theme}.css"><script>evil()</script></head><body>
<div class="reveal"><div class="slides">{sections}</div></div>
<script src="js/reveal.js"></script><script>Reveal.initialize({{}})</script></body></html>"""


def read(sections, theme="white", files=None):
    page = PAGE.format(sections=sections, theme=theme)
    return deck.read_deck(page, (files or {}).get)


def test_a_deck_keeps_its_slides_and_loses_its_scripts():
    deck = read(
        '<section data-background-color="#123"><h1 style="color: red">One</h1>'
        '<p class="fragment" onclick="evil()">x</p><img src="a.png"><script>evil()</script>'
        '<aside class="notes">say</aside></section><section><section>a</section></section>'
    )
    assert deck.title == "Boats & pods"
    assert 'data-background-color="#123"' in deck.html
    assert '<h1 style="color: red">' in deck.html
    assert '<p class="fragment">' in deck.html
    assert '<img src="a.png">' in deck.html
    assert '<aside class="notes">say</aside>' in deck.html
    assert "<section><section>a</section></section>" in deck.html
    assert "evil" not in deck.html
    assert "Reveal" not in deck.html


@pytest.mark.parametrize(
    ("theme", "is_dark"), [("white", False), ("sky", False), ("black", True), ("own", True)]
)
def test_dark_or_light_as_the_author_has_it(theme, is_dark):
    assert read("<section>x</section>", theme).is_dark is is_dark


@pytest.mark.parametrize(
    "section",
    [
        "<section data-markdown><textarea data-template># Hi &amp; *you*</textarea></section>",
        '<section data-markdown="deck.md" data-separator="^---"></section>',
        '<section data-markdown><script type="text/template">\n  # Hi & *you*\n</script></section>',
        "<section data-markdown>\n# Hi &amp; *you*\n</section>",
    ],
)
def test_slides_in_markdown(section):
    deck = read(section, files={"deck.md": "# Hi & *you*"})
    assert re.search(r"<h1[^>]*>Hi &amp; <em>you</em></h1>", deck.html)
    assert "textarea" not in deck.html


def test_several_slides_of_one_file():
    text = "# A\n---\n```sh\n---\n```\nNote: say\n---\n# B\n--\n# C\n"
    read_one = deck.read_markdown_deck(text)
    assert read_one.title == "A"
    assert read_one.html.count("<section") == 5
    assert "---" in read_one.html
    assert '<aside class="notes">' in read_one.html


@pytest.mark.parametrize(
    "evil",
    [
        "<iframe src='https://x'></iframe>",
        "<section data-background-iframe='https://x'>y</section>",
        "<a href='javascript:alert(1)'>x</a>",
        "<img src=x onerror=alert(1)>",
        "<svg><script>alert(1)</script></svg>",
        "<object data=x></object>",
        "<section data-markdown><textarea><img src=x onerror=alert(1)></textarea></section>",
        "<form action=x><input name=a></form>",
        "<meta http-equiv=refresh content='0;url=https://x'>",
        "<base href='https://x/'>",
    ],
)
def test_nothing_acts(evil):
    for one in (read(evil), deck.read_markdown_deck(evil)):
        assert not re.search(
            r"href=.javascript:|<[^>]*onerror|<iframe|<script|<object|<form|<meta|<base|iframe=",
            one.html,
        )


@given(st.text(alphabet="<>/section data-markdown=\"'-\n#`a", max_size=300))
def test_any_text_is_a_deck(text):
    assert "<script" not in deck.read_deck(text, {}.get).html
    deck.read_markdown_deck(text)
