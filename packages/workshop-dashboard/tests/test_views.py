"""What the templates show of a page."""

import pytest

from workshop_dashboard import views
from workshop_dashboard.rules import links
from workshop_dashboard.rules.notes import make_notes
from workshop_dashboard.rules.workshopfile import Workshop

SITE = links.Addresses("", "", ".html")
NOTES = make_notes(
    {
        "index.md": "---\nTitle: Hi %name%\nNextPage: end\nExitSign: Go, %name%\n---\n",
        "end.md": "---\nTitle: <End>\n---\n",
        "aside.md": "# Aside",
    },
    Workshop(name="A workshop"),
    {"name": "ada"},
)


def test_a_view_has_its_neighbours_and_place():
    view = views.make_view("index", NOTES, SITE)
    assert (view.title, view.number, view.exit_sign) == ("Hi ada", 1, "Go, ada")
    assert view.previous is None
    assert view.next == views.Entry("end", "<End>", "end.html")
    assert [entry.name for entry in view.contents] == ["index", "end"]


def test_a_page_outside_the_order_has_no_place():
    view = views.make_view("aside", NOTES, SITE)
    assert (view.number, view.previous, view.next) == (0, None, None)


@pytest.mark.parametrize(
    ("name", "words"), [("index", "1 of 2: Hi ada"), ("end", "2 of 2: <End>"), ("aside", "Aside")]
)
def test_where_the_reader_is_in_words(name, words):
    assert views.render_position(views.make_view(name, NOTES, SITE)) == words


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("", "/restart"),
        ("https://example.com", "https://example.com"),
        ("javascript:x", "/restart"),
    ],
)
def test_where_the_last_page_leads(link, url):
    notes = make_notes({"a.md": f"---\nExitLink: {link}\n---\n"}, Workshop(), {})
    assert views.make_view("a", notes, SITE, "/restart").exit_url == url


def test_titles_and_sentences_are_escaped():
    view = views.make_view("end", NOTES, SITE)
    shown = {
        "view": view,
        "title": "<T>",
        "problem": "<P>",
        "assets": ASSETS,
        "search": "",
        "changes": "",
        "stylesheet": "",
        "logo": "",
    }
    page = views.render_template("site.html", **shown)
    assert "<End>" not in page
    assert "&lt;End&gt;" in page
    assert "&lt;P&gt;" in page
    assert "<b>" not in views.make_notice("<b>", "<b>").html


ASSETS = {name: name for name in ("icon.svg", "tokens.css", "workshop.css", "notes.js")}
