"""What profiles and groups override."""

from __future__ import annotations

import pytest

from workshop_spawner.rules import overrides

CHOICES = {"choices": {"m": {"kubespawner_override": {"mem_limit": "1G"}}, "n": {}}}
PROFILES = [
    {"display_name": "Big", "kubespawner_override": {"budget": "large", "cmd": ["x"]}},
    {"display_name": "Small", "profile_options": {"memory": CHOICES}},
]
GROUPS = {"all": {"groups": ["a"], "spawner_override": {"image": "x"}}}


@pytest.mark.parametrize("profiles", [PROFILES, {"1": PROFILES[0], "2": PROFILES[1]}])
def test_each_override_has_its_place(profiles):
    found = [(o.name, o.place) for o in overrides.list_overrides(profiles, GROUPS)]
    assert found == [
        ("budget", "profile_list, profile 'Big'"),
        ("cmd", "profile_list, profile 'Big'"),
        ("mem_limit", "profile_list, profile 'Small', memory 'm'"),
        ("image", "group_overrides['all']"),
    ]


def test_what_a_callable_decides_is_not_known():
    assert list(overrides.list_overrides(lambda spawner: [], lambda spawner: {})) == []


def test_a_misspelt_override_is_named():
    known = {"budget", "image"}
    assert overrides.problem_with_name(overrides.Override("here", "budget", 1), known) is None
    problem = overrides.problem_with_name(overrides.Override("here", "bugdet", 1), known)
    assert problem == "here: bugdet is no setting. Did you mean budget?"
