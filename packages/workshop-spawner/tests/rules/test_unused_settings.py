"""Which settings do nothing beside which others."""

from __future__ import annotations

import itertools

import pytest

from workshop_spawner import WorkshopSpawner
from workshop_spawner.config import console, content, extras, home, network, sessions
from workshop_spawner.rules import plan, unused_settings

DEFAULTS = {
    **{"project": "temporary", "identity": "service-account", "project_api": "auto"},
    **{"extra_resources": "", "exposed_ports": [], "exposed_by": "proxy", "volume_size": ""},
    **{"network_policies": True, "network_internet": True, "console_image": ""},
}
UNUSED = [
    *itertools.product(
        [
            *("extra_resources", "budget", "project_role", "session_rules", "pod_security"),
            *("project_labels", "project_annotations", "project_owner", "project_api"),
        ],
        [{"project": "user"}, {"project": "none"}],
    ),
    ("hub_role", {"project": "none"}),
    ("hub_role", {}),
    ("image_registry", {}),
    ("project_template", {"project": "temporary"}),
    ("project_template", {"project": "persistent"}),
    ("session_rules", {"identity": "none"}),
    ("project_role", {"identity": "none", "project": "persistent"}),
    ("user_token_key", {}),
    ("user_token_key", {"identity": "none"}),
    ("project_owner", {"project_api": "request"}),
    ("exposed_by", {"exposed_by": "route"}),
    ("exposed_domain", {"exposed_ports": [80]}),
    ("exposed_annotations", {"exposed_ports": [80]}),
    ("exposed_ingress_class", {"exposed_ports": [80], "exposed_by": "route"}),
    ("network_internet", {"network_policies": False, "network_internet": False}),
    ("network_more_egress", {"network_policies": False}),
    ("network_hub_labels", {"network_policies": False}),
    ("network_router_labels", {"network_policies": False}),
    ("network_api_addresses", {"network_policies": False}),
    ("network_api_addresses", {}),
    ("volume_path", {}),
    ("volume_class", {}),
    ("console_memory", {}),
    ("console_branding", {}),
    ("console_command", {}),
]
ACTS = [
    ("extra_resources", {"extra_resources": "x"}),
    ("extra_resources", {"extra_resources": "x", "project": "persistent"}),
    ("budget", {"project": "persistent", "identity": "none"}),
    ("hub_role", {"extra_resources": "x"}),
    ("project_template", {"project": "user", "identity": "user-token"}),
    ("user_token_key", {"identity": "user-token"}),
    ("session_rules", {}),
    ("project_owner", {"project_api": "namespace"}),
    ("exposed_by", {"exposed_by": "route", "exposed_ports": [80]}),
    ("exposed_domain", {"exposed_by": "route", "exposed_ports": [80]}),
    ("exposed_ingress_class", {"exposed_by": "ingress", "exposed_ports": [80]}),
    ("network_internet", {"network_internet": False}),
    ("network_api_addresses", {"network_internet": False}),
    ("volume_path", {"volume_size": "1Gi"}),
    ("console_command", {"console_image": "x"}),
    # An application's, or a session's, whatever its project and identity are.
    ("session_age", {"project": "none", "identity": "none"}),
    ("exposed_ports", {"project": "none", "identity": "none", "exposed_ports": [80]}),
]


def find(name, values, overridden=()):
    return list(unused_settings.list_unused({**DEFAULTS, **values}, {name}, overridden))


@pytest.mark.parametrize(("name", "values"), UNUSED)
def test_what_does_nothing_is_named_once(name, values):
    ((found, sentence),) = find(name, values)
    assert found == name
    assert sentence.startswith(f"WorkshopSpawner.{name} has no effect: ")


@pytest.mark.parametrize(("name", "values"), ACTS)
def test_what_acts_is_not_named(name, values):
    assert find(name, values) == []


def test_what_a_profile_decides_may_have_an_effect_for_some():
    assert find("volume_class", {}, ["volume_size"]) == []
    assert find("volume_class", {}, ["image"]) != []


def test_no_setting_is_named_twice_in_any_mode():
    names = {name for row in unused_settings.ROWS for name in row.names}
    for project, identity in itertools.product(
        (plan.TEMPORARY, plan.PERSISTENT, plan.USER, plan.NONE),
        (plan.SERVICE_ACCOUNT, plan.USER_TOKEN, plan.NONE),
    ):
        values = {**DEFAULTS, "project": project, "identity": identity}
        found = [name for name, _ in unused_settings.list_unused(values, names)]
        assert len(found) == len(set(found))


# Settings of ours that act on every session, or are looked at when the hub starts.
ALWAYS = {
    *("application", "take_over", "mode", "identity", "project", "hub_account"),
    *("session_age", "session_age_limit", "session_limit", "reserved_sessions"),
    *("exposed_ports", "network_policies", "network_hub_ports", "volume_size", "console_image"),
}


def test_each_setting_of_ours_has_been_thought_of():
    ours = (sessions.SessionSettings, extras.ExtraSettings, network.NetworkSettings)
    others = (home.HomeSettings, console.ConsoleSettings)
    names = {name for each in (*ours, *others) for name in each.class_own_traits(config=True)}
    listed = {name for row in unused_settings.ROWS for name in row.names}
    assert names - listed == ALWAYS
    assert listed <= set(WorkshopSpawner.class_trait_names(config=True))
    assert content.ContentSettings.class_own_traits(config=True).keys().isdisjoint(listed)
