"""Links to the hub's pages."""

from __future__ import annotations

import pytest

from workshop_spawner.rules.hub_addresses import find_public_url, make_link

PUBLIC = "https://out.example.com/workshop/hub/"


@pytest.mark.parametrize(
    ("path", "hub", "link"),
    [
        ("/hub/restart", ("/hub/", "", ""), "/hub/restart"),
        ("/hub/restart", ("/workshop/hub/", "", ""), "/workshop/hub/restart"),
        ("/workshop/hub/restart", ("/workshop/hub/", "", ""), "/workshop/hub/restart"),
        ("/hub/restart", ("/hub/", "", "https://h.org:8"), "https://h.org:8/hub/restart"),
        ("/hub/restart", ("/w/hub/", "", "https://h.org"), "https://h.org/w/hub/restart"),
        ("/hub/restart", ("/workshop/hub/", PUBLIC, ""), f"{PUBLIC}restart"),
        ("/hub/restart", ("/workshop/hub/", PUBLIC, "https://h.org"), f"{PUBLIC}restart"),
        ("/elsewhere", ("/hub/", "", "https://h.org"), "https://h.org/elsewhere"),
        ("https://a.org/hub/restart", ("/w/hub/", PUBLIC, ""), "https://a.org/hub/restart"),
        ("//a.org/x", ("/w/hub/", PUBLIC, ""), "//a.org/x"),
        ("", ("/w/hub/", PUBLIC, ""), ""),
    ],
)
def test_links_follow_the_hub(path, hub, link):
    assert make_link(path, *hub) == link


def test_where_the_hub_is_found():
    assert find_public_url("/hub/", "", "") == ""
    assert find_public_url("/w/hub/", "", "https://h.org/") == "https://h.org/w/hub/"
    assert find_public_url("/hub/", PUBLIC, "https://h.org") == PUBLIC
