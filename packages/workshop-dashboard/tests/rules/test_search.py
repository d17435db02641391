"""The words that a reader can look for."""

import pytest

from workshop_dashboard.rules import links, search
from workshop_dashboard.rules.notes import make_notes
from workshop_dashboard.rules.workshopfile import Workshop

ADDRESSES = links.Addresses("/p/", "/f/", ".html")


def index(texts, **values):
    return search.make_index(make_notes(texts, Workshop(), values), ADDRESSES)


def test_each_page_has_title_address_and_words():
    assert index({"a.md": "# Boats\n\nThey **float** at %place%.", "b.md": "x"}, place="sea") == [
        {"title": "Boats", "url": "/p/a.html", "text": "Boats They float at sea."},
        {"title": "B", "url": "/p/b.html", "text": "x"},
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("```execute\noc get pods\n```", "oc get pods"),
        ("<b>bold</b> &amp; [link](x)", "bold & [link](x)"),
        ("== Head\n[source,bash]\n----\nls\n----\n:a: b", "Head ls"),
        ("{% if x %}y{% endif %} {{< note >}}z", "y z"),
    ],
)
def test_marks_are_no_words(text, words):
    assert index({"a.md": text})[0]["text"] == words


def test_it_is_bounded(monkeypatch):
    monkeypatch.setattr(search, "MAX_CHARACTERS", 5)
    assert [page["text"] for page in index({"a.md": "abcd", "b.md": "efgh"})] == ["abcd", "e"]
