"""The authenticator's settings: what works by itself, and what is refused by name."""

import re

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
        ({"access_code": " \n"}, ["access_code"]),
        ({"access_code": "x" * 201}, ["access_code"]),
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


def test_a_code_from_a_file_may_end_in_a_newline():
    assert make(access_code="sesame\n").access_code == "sesame"


@pytest.mark.parametrize(
    ("section", "name"),
    [("AnonymousAuthenticator", "acces_code"), ("AnonymusAuthenticator", "access_code")],
)
def test_a_misspelt_setting_stops_the_start(section, name, caplog):
    config = Config()
    config[section][name] = "sesame"
    with pytest.raises(SystemExit):
        AnonymousAuthenticator(config=config).check_allow_config()
    assert re.search(f"{section}.*Did you mean", caplog.text)
    make(access_code="sesame").check_allow_config()


def test_guesses_have_a_limit_of_their_own():
    authenticator = make(visitors_per_address=0, access_code="sesame")
    for _ in range(60):
        assert authenticator.judge_rate("192.0.2.1") == 0
        authenticator.count_guess("192.0.2.1")
    assert authenticator.judge_rate("192.0.2.1") > 0
    assert authenticator.judge_rate("192.0.2.2") == 0


def test_a_class_behind_one_address_enters_at_once_with_the_code():
    authenticator = make(access_code="sesame")
    assert [authenticator.judge_rate("192.0.2.1") for _ in range(200)] == [0] * 200
    for _ in range(60):
        authenticator.count_guess("198.51.100.1")
    assert authenticator.judge_rate("198.51.100.1") > 0
    assert authenticator.judge_rate("192.0.2.1") == 0, "wrong codes of strangers lock nobody out"


def test_without_a_code_the_limit_is_as_it_was():
    authenticator = make()
    waits = [authenticator.judge_rate("192.0.2.1") for _ in range(121)]
    assert waits[:120] == [0] * 120
    assert waits[120] > 0


def test_the_rate_follows_the_settings():
    authenticator = make(visitors_per_address=1)
    assert authenticator.judge_rate("192.0.2.1") == 0
    assert authenticator.judge_rate("192.0.2.1") > 0
    authenticator.visitors_per_address = 5
    assert authenticator.judge_rate("192.0.2.1") == 0
