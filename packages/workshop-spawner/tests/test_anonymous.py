"""The authenticator's settings: what works by itself, and what is refused by name."""

import pytest
from traitlets import TraitError
from traitlets.config import Config

from workshop_spawner import AnonymousAuthenticator


def make(**settings):
    return AnonymousAuthenticator(config=Config(AnonymousAuthenticator=settings))


def test_everybody_may_enter_without_further_settings():
    authenticator = make()
    assert authenticator.allow_all
    assert authenticator.manage_groups
    assert authenticator.any_allow_config
    assert not authenticator.auto_login


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({"auto_start": True, "access_code": "x"}, ["auto_start", "access_code"]),
        ({"auto_start": True, "ask_name": True}, ["auto_start", "ask_name"]),
        ({"allowed_users": {"alice"}}, ["allowed_users"]),
        ({"admin_users": {"alice"}}, ["admin_users"]),
        ({"allow_all": False}, ["allow_all"]),
        ({"manage_groups": False}, ["manage_groups"]),
        ({"auto_login": True}, ["auto_login", "auto_start"]),
        ({"visitors_per_address": -1}, ["visitors_per_address"]),
        ({"visitors_window": 0}, ["visitors_window"]),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, list) else "",
)
def test_settings_that_contradict_are_refused_by_name(settings, names):
    with pytest.raises(TraitError) as caught:
        make(**settings)
    for name in names:
        assert name in str(caught.value)


@pytest.mark.parametrize("settings", [{"auto_start": True}, {"access_code": "x", "ask_name": True}])
def test_settings_that_agree_are_kept(settings):
    authenticator = make(**settings)
    for name, value in settings.items():
        assert getattr(authenticator, name) == value


def test_the_rate_follows_the_settings():
    authenticator = make(visitors_per_address=1)
    assert authenticator.judge_rate("192.0.2.1") == 0
    assert authenticator.judge_rate("192.0.2.1") > 0
    authenticator.visitors_per_address = 5
    assert authenticator.judge_rate("192.0.2.1") == 0
