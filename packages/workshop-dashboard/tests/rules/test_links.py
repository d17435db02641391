"""Where links lead, and what is written for them."""

import pytest

from workshop_dashboard.rules import links
from workshop_dashboard.rules.notes import make_notes
from workshop_dashboard.rules.workshopfile import Workshop

NOTES = make_notes(
    {"index.md": "", "x/a.md": "", "x/b.md": ""},
    Workshop(),
    {"base_url": "/w", "terminal_url": "/t", "slides_url": ""},
    ["x/pic.png", "top pic.png"],
)
DASHBOARD = links.Addresses("/user/ada/dashboard/page/", "/user/ada/dashboard/files/")
SITE = links.Addresses("../", "../", ".html")


@pytest.mark.parametrize(
    ("href", "in_dashboard", "in_site"),
    [
        ("b.md", "/user/ada/dashboard/page/x/b", "../x/b.html"),
        ("b.html#part", "/user/ada/dashboard/page/x/b#note-part", "../x/b.html#note-part"),
        ("../index.md?x=1", "/user/ada/dashboard/page/index", "../index.html"),
        ("pic.png", "/user/ada/dashboard/files/x/pic.png", "../x/pic.png"),
        ("/top%20pic.png", "/user/ada/dashboard/files/top%20pic.png", "../top%20pic.png"),
        ("#part", "#note-part", "#note-part"),
        ("#", "#", "#"),
        ("https://example.com/b.md", "https://example.com/b.md", "https://example.com/b.md"),
        ("//example.com/x", "//example.com/x", "//example.com/x"),
        ("mailto:a@example.com", "mailto:a@example.com", "mailto:a@example.com"),
        ("gone.md", "gone.md", "gone.md"),
        ("/w/x/b", "/user/ada/dashboard/page/x/b", "../x/b.html"),
        ("/w", "/user/ada/dashboard/page/index", "../index.html"),
        ("/t", "/t", "/t"),
        ("/t/session/2", "/t/session/2", "/t/session/2"),
    ],
)
def test_an_address_is_rewritten(href, in_dashboard, in_site):
    assert links.rewrite(href, "x/a", NOTES, DASHBOARD) == in_dashboard
    assert links.rewrite(href, "x/a", NOTES, SITE) == in_site


@pytest.mark.parametrize(
    "href", ["gone.md", "../../etc/passwd", "pic2.png", "/x/../../y", "/w/gone", "/wx"]
)
def test_what_leads_nowhere_is_known(href):
    assert links.find_target(href, "x/a", NOTES).kind == "missing"
