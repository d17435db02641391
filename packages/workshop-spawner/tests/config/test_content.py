"""What an administrator lets sessions know."""

from __future__ import annotations

import pytest

from workshop_spawner.config.content import ContentSettings


@pytest.mark.parametrize(
    ("route", "public", "told"),
    [
        ("", "", ""),
        ("", "https://hub", "https://hub"),
        ("https://mine", "https://hub", "https://mine"),
    ],
)
def test_the_route_is_the_hubs_own_unless_it_is_set(route, public, told):
    settings = ContentSettings(jupyterhub_route=route)
    assert settings.make_facts("/hub/", public, "").jupyterhub_route == told


def test_settings_become_facts():
    settings = ContentSettings(workshop_name="Go", download_url="https://x")
    facts = settings.make_facts("/hub/", "", "")
    assert (facts.workshop_name, facts.download_url) == ("Go", "https://x")
    assert facts.restart_url == "", "only AnonymousAuthenticator has such a page"


def test_the_page_to_start_over_is_where_the_hub_is():
    class Visitors:
        makes_visitors = True

    settings = ContentSettings()
    settings.authenticator = Visitors()
    assert settings.make_facts("/w/hub/", "", "").restart_url == "/w/hub/restart"
    host = "https://h.org"
    assert settings.make_facts("/hub/", "", host).jupyterhub_route == "https://h.org/hub/"
