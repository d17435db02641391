"""What an administrator decides about the console."""

from __future__ import annotations

import pytest
from traitlets import TraitError
from traitlets.config import Config

from workshop_spawner import WorkshopSpawner
from workshop_spawner.config.console import ConsoleSettings
from workshop_spawner.manifests import console


def test_there_is_none_by_default():
    assert ConsoleSettings().make_console() is None


def test_settings_become_a_console():
    settings = ConsoleSettings(console_image="c:1", console_branding="okd", console_memory="1Gi")
    assert settings.make_console() == console.Console("c:1", "1Gi", "okd", console.COMMAND)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"console_url": "https://console"}, "console_url"),
        ({"identity": "none"}, "identity"),
        ({"console_memory": "much"}, "console_memory"),
        ({"console_branding": "mine"}, "console_branding"),
    ],
)
def test_what_contradicts_is_refused_by_name(changes, name):
    settings = {"console_image": "c:1", **changes}
    with pytest.raises(TraitError, match=name):
        WorkshopSpawner(_mock=True, config=Config(WorkshopSpawner=settings))
