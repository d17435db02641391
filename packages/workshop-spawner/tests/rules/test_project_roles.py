"""Which role sessions get."""

from __future__ import annotations

import pytest

from workshop_spawner.rules.project_roles import (
    INSTALL,
    WORKSHOP_ADMIN,
    choose_default,
    decide_role,
    find_network_notice,
    is_built_in,
)


@pytest.mark.parametrize(
    ("anonymous", "identity", "project", "roles"),
    [
        (True, "service-account", "temporary", ("workshop-admin", "admin")),
        (False, "service-account", "temporary", ("admin", "")),
        (True, "service-account", "persistent", ("admin", "")),
        (True, "user-token", "temporary", ("admin", "")),
        (True, "none", "temporary", ("admin", "")),
        (True, "service-account", "user", ("admin", "")),
    ],
)
def test_only_visitors_in_temporary_projects_get_less(anonymous, identity, project, roles):
    assert choose_default(anonymous=anonymous, identity=identity, project=project) == roles


@pytest.mark.parametrize("role", ["", "admin", "edit", "view", "cluster-admin"])
def test_what_every_cluster_has_is_not_asked_for(role):
    assert is_built_in(role)
    assert not is_built_in(f"{role}x")


@pytest.mark.parametrize("fallback", ["", "admin"])
def test_a_role_that_is_there_is_given(fallback):
    choice = decide_role("mine", fallback, exists=True)
    assert (choice.role, choice.notice, choice.problem) == ("mine", "", "")


@pytest.mark.parametrize("exists", [False, None])
def test_without_the_role_visitors_get_another_and_the_log_has_the_command(exists):
    choice = decide_role(WORKSHOP_ADMIN, "admin", exists=exists)
    assert choice.role == "admin"
    assert choice.problem == ""
    assert INSTALL in choice.notice
    assert WORKSHOP_ADMIN in choice.notice
    assert "\n" not in choice.notice


def test_a_role_that_the_hub_may_not_give_away_gives_way_too():
    choice = decide_role(WORKSHOP_ADMIN, "admin", exists=True, may_bind=False)
    assert choice.role == "admin"
    assert "may not bind" in choice.notice
    assert "hub-rbac.yaml" in choice.notice
    assert decide_role(WORKSHOP_ADMIN, "", exists=True, may_bind=False).role == WORKSHOP_ADMIN


def test_a_role_that_was_asked_for_and_is_not_there_is_a_problem():
    assert "no ClusterRole mine" in decide_role("mine", "", exists=False).problem
    assert INSTALL not in decide_role("mine", "", exists=False).problem
    assert INSTALL in decide_role(WORKSHOP_ADMIN, "", exists=False).problem


@pytest.mark.parametrize(
    ("role", "isolated", "has", "says"),
    [
        ("admin", True, True, "admin-network-policy.yaml"),
        ("edit", True, False, "workshop-admin"),
        ("admin", False, True, ""),
        ("workshop-admin", True, True, ""),
        ("view", True, False, ""),
        ("", True, True, ""),
    ],
)
def test_the_log_says_what_holds_the_network(role, isolated, has, says):
    notice = find_network_notice(role, is_isolated=isolated, has_admin_policies=has)
    assert says in notice
    assert bool(notice) is bool(says)


def test_who_may_not_look_takes_the_administrators_word():
    assert decide_role("mine", "", exists=None).problem == ""
