"""What an administrator decides, as the pure rooms take it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from traitlets import TraitError
from traitlets.config import Config, Configurable

from workshop_spawner.config.sessions import SessionSettings
from workshop_spawner.manifests import network


class Settings(SessionSettings, Configurable):
    """The settings as a class that reads configuration."""


def test_the_defaults_are_the_drop_in_workshop():
    spec = SessionSettings().make_base_spec(None)
    assert (spec.identity, spec.project, spec.role) == (
        "service-account",
        "temporary",
        "admin",
    )
    assert SessionSettings().budget == "default"
    assert spec.isolation is None


def test_settings_become_the_spec():
    rules = network.Rules(port=8888)
    settings = SessionSettings(
        identity="none", project="none", project_role="view", project_labels={"a": "b"}
    )
    spec = settings.make_base_spec(rules)
    assert (spec.identity, spec.project, spec.role) == ("none", "none", "view")
    assert spec.project_labels["a"] == "b"
    assert spec.isolation is rules


@pytest.mark.parametrize(
    ("anonymous", "changes", "roles"),
    [
        (True, {}, ("workshop-admin", "admin")),
        (False, {}, ("admin", "")),
        (True, {"project": "persistent"}, ("admin", "")),
        (True, {"project_role": "workshop-admin"}, ("workshop-admin", "")),
        (True, {"project_role": "edit"}, ("edit", "")),
        (True, {"project_role": ""}, ("", "")),
    ],
)
def test_the_role_is_what_was_set_or_suits_who_comes(anonymous, changes, roles):
    settings = SessionSettings(**changes)
    settings.authenticator = SimpleNamespace(makes_visitors=anonymous)
    spec = settings.make_base_spec(None)
    assert (spec.role, spec.fallback_role) == roles


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
    spec = SessionSettings(**settings).make_base_spec(None)
    assert spec.project_labels["pod-security.kubernetes.io/enforce"] == enforced


@pytest.mark.parametrize(("age", "limit", "fits"), [(60, 60, True), (60, 0, True), (60, 59, False)])
def test_a_limit_does_not_come_before_the_end(age, limit, fits):
    config = Config(Settings={"session_age": age, "session_age_limit": limit})
    if fits:
        assert Settings(config=config).session_age_limit == limit
        return
    with pytest.raises(TraitError, match=r"session_age_limit is 59, and \.session_age is 60"):
        Settings(config=config)
