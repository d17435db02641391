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
    assert settings.make_facts(public).jupyterhub_route == told


def test_settings_become_facts():
    facts = ContentSettings(workshop_name="Go", download_url="https://x").make_facts("")
    assert (facts.workshop_name, facts.download_url) == ("Go", "https://x")
    assert facts.restart_url == "/hub/restart"
