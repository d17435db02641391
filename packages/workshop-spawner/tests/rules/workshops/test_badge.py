"""A badge is a drawing and nothing else, whatever a workshop is called."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_spawner.rules.workshops import badge

TITLES = st.text(
    st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufffe\uffff")
)


@given(TITLES)
def test_it_is_xml_with_the_title_as_text(title):
    root = ET.fromstring(badge.render_badge(title))
    texts = [node.text or "" for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts[0] == "workshop"
    assert texts[1] == (title if len(title) <= 40 else title[:39] + "…")
    kinds = {node.tag.rpartition("}")[2] for node in root.iter()}
    assert kinds == {"svg", "title", "rect", "path", "g", "text"}


@pytest.mark.parametrize("title", ["<script>alert(1)</script>", 'a" onload="x', "a & b"])
def test_a_title_gets_into_no_markup(title):
    assert "<script" not in badge.render_badge(title)
    made = badge.make_snippets(title, "https://hub.example.com/hub/workshops/a")
    assert "<script" not in made.html
    assert made.html.count('"') == 6
    assert "<" not in made.markdown.replace("\\<", "")


def test_the_lines_to_copy():
    made = badge.make_snippets("Git [1]", "https://h.example/hub/workshops/git")
    url = "https://h.example/hub/workshops/git"
    assert made.markdown == f"[![Start Git \\[1\\]]({url}/badge.svg)]({url})"
    assert made.html == f'<a href="{url}"><img src="{url}/badge.svg" alt="Start Git [1]"></a>'
