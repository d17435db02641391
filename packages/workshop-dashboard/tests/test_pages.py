"""What the templates show of a page."""

import pytest

from workshop_dashboard import links, notes, pages
from workshop_dashboard.workshopfile import Workshop

SITE = links.Addresses("", "", ".html")
BOOK = notes.make_notes(
    {
        "index.md": "---\nTitle: Hi %name%\nNextPage: end\nExitSign: Go, %name%\n---\n",
        "end.md": "---\nTitle: <End>\n---\n",
        "aside.md": "# Aside",
    },
    Workshop(name="A workshop"),
    {"name": "ada"},
)


def test_a_view_has_its_neighbours_and_place():
    view = pages.make_view("index", BOOK, SITE)
    assert (view.title, view.number, view.exit_sign) == ("Hi ada", 1, "Go, ada")
    assert view.previous is None
    assert view.next == pages.Entry("end", "<End>", "end.html")
    assert [entry.name for entry in view.contents] == ["index", "end"]


def test_a_page_outside_the_order_has_no_place():
    view = pages.make_view("aside", BOOK, SITE)
    assert (view.number, view.previous, view.next) == (0, None, None)


@pytest.mark.parametrize(
    ("name", "words"), [("index", "1 of 2: Hi ada"), ("end", "2 of 2: <End>"), ("aside", "Aside")]
)
def test_where_the_reader_is_in_words(name, words):
    assert pages.render_position(pages.make_view(name, BOOK, SITE)) == words


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("", "/restart"),
        ("https://example.com", "https://example.com"),
        ("javascript:x", "/restart"),
    ],
)
def test_where_the_last_page_leads(link, url):
    book = notes.make_notes({"a.md": f"---\nExitLink: {link}\n---\n"}, Workshop(), {})
    assert pages.make_view("a", book, SITE, "/restart").exit_url == url


def test_titles_and_sentences_are_escaped():
    view = pages.make_view("end", BOOK, SITE)
    page = pages.render_template("site.html", view=view, title="<T>", problem="<P>", assets=ASSETS)
    assert "<End>" not in page
    assert "&lt;End&gt;" in page
    assert "&lt;P&gt;" in page
    assert "<b>" not in pages.make_notice("<b>", "<b>").html


ASSETS = {name: name for name in ("icon.svg", "workshop.css", "notes.js")}
