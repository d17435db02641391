"""What an administrator decides, as the pure rooms take it."""

import pytest
from traitlets import TraitError
from traitlets.config import Config, Configurable

from workshop_spawner.manifests import network
from workshop_spawner.settings.sessions import SessionSettings


class Settings(SessionSettings, Configurable):
    """The settings as a class that reads configuration."""


def test_the_defaults_are_the_drop_in_workshop():
    wishes = SessionSettings().make_wishes(None)
    assert (wishes.identity, wishes.project, wishes.role) == (
        "service-account",
        "temporary",
        "admin",
    )
    assert SessionSettings().budget == "default"
    assert wishes.isolation is None


def test_settings_become_wishes():
    rules = network.Rules(port=8888)
    settings = SessionSettings(
        identity="none", project="none", project_role="view", project_labels={"a": "b"}
    )
    wishes = settings.make_wishes(rules)
    assert (wishes.identity, wishes.project, wishes.role) == ("none", "none", "view")
    assert wishes.project_labels["a"] == "b"
    assert wishes.isolation is rules


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("application", ""),
        ("application", "A"),
        ("application", "a" * 25),
        ("mode", "x y"),
        ("identity", "root"),
        ("project", "mine"),
        ("budget", "huge"),
        ("pod_security", "none"),
        ("session_age", -1),
        ("session_age", "1h"),
        ("session_age_limit", 60),
        ("project_labels", "a=b"),
    ],
)
def test_what_cannot_work_is_refused_by_name(name, value):
    with pytest.raises(TraitError, match=name):
        SessionSettings(**{name: value})


@pytest.mark.parametrize(
    ("settings", "enforced"),
    [
        ({}, "baseline"),
        ({"pod_security": "restricted"}, "restricted"),
        ({"pod_security": "privileged"}, "privileged"),
        ({"project_labels": {"pod-security.kubernetes.io/enforce": "restricted"}}, "restricted"),
    ],
)
def test_projects_are_held_to_a_level_of_pod_security(settings, enforced):
    wishes = SessionSettings(**settings).make_wishes(None)
    assert wishes.project_labels["pod-security.kubernetes.io/enforce"] == enforced


@pytest.mark.parametrize(("age", "limit", "fits"), [(60, 60, True), (60, 0, True), (60, 59, False)])
def test_a_limit_does_not_come_before_the_end(age, limit, fits):
    config = Config(Settings={"session_age": age, "session_age_limit": limit})
    if fits:
        assert Settings(config=config).session_age_limit == limit
        return
    with pytest.raises(TraitError, match=r"session_age_limit is 59, and \.session_age is 60"):
        Settings(config=config)
