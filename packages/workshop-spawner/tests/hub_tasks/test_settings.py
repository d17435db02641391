"""What the hub's tasks read from traits."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from workshop_spawner.hub_tasks.settings import find_hub, make_settings
from workshop_spawner.manifests import budgets
from workshop_spawner.model.session import Hub
from workshop_spawner.rules import plan
from workshop_spawner.rules.rights import Uses


def make(**changes):
    identity, project = changes.get("identity", "service-account"), changes.pop("project", "")
    traits = {
        "application": "intro",
        "mode": "learning-portal",
        "namespace": "workshops",
        "hub_account": "",
        "project_api": "auto",
        "reserved_sessions": 0,
        "reserved_pods": 0,
        "reserved_pod_age": 3600,
        "reserve_schedule": [],
        "start_timeout": 60,
        "session_limit": 0,
        "console_image": "",
        "identity": identity,
        "volume_size": "",
        "storage_pvc_ensure": False,
        "services_enabled": False,
        "internal_ssl": False,
        "delete_pvc": True,
        "events_enabled": True,
        "image": "example.com/team/app:1",
        "init_containers": [],
        "profile_list": [],
        "budget": "small",
        "extra_resources": "",
        "needs_api_networks": lambda: False,
        "make_static_spec": lambda budget: plan.SessionSpec(
            identity, project or "temporary", budget=budgets.parse_budget(budget)
        ),
    }
    return SimpleNamespace(**{**traits, **changes})


@pytest.mark.parametrize(
    ("changes", "uses"),
    [
        ({}, Uses()),
        ({"reserved_sessions": 3}, Uses(pool=True)),
        ({"reserved_sessions": 3, "reserved_pods": 2}, Uses(pool=True, pods=True)),
        ({"reserved_sessions": 3, "reserved_pods": 2, "uid": lambda s: 1}, Uses(pool=True)),
        ({"reserved_pods": 2}, Uses()),
        ({"reserve_schedule": ["daily 08:00-09:00 UTC 4"]}, Uses(pool=True)),
        ({"reserve_schedule": ["daily 08:00-09:00 UTC 4/4"]}, Uses(pool=True, pods=True)),
        ({"reserved_sessions": 3, "project": "user"}, Uses()),
        ({"reserved_sessions": 3, "identity": "user-token"}, Uses(refresh=True)),
        ({"reserved_sessions": 3, "budget": lambda spawner: "small"}, Uses()),
        ({"volume_size": "1Gi"}, Uses(home=True, delete_home=True)),
        ({"volume_size": "1Gi", "delete_pvc": False}, Uses(home=True)),
        ({"storage_pvc_ensure": True}, Uses(home=True, delete_home=True)),
        ({"services_enabled": True}, Uses(services=True)),
        ({"internal_ssl": True}, Uses(services=True, certificates=True)),
        ({"identity": "user-token"}, Uses(refresh=True)),
        ({"events_enabled": False}, Uses(events=False)),
        ({"needs_api_networks": lambda: True}, Uses(api_endpoints=True)),
    ],
)
def test_settings_use_rights(changes, uses):
    assert make_settings(make(**changes)).uses == uses


def ask(spawner):
    raise AssertionError("nobody is asked without a visitor")


@pytest.mark.parametrize("name", ["budget", "extra_resources"])
def test_a_callable_waits_for_a_visitor(name):
    made = make_settings(make(**{name: ask}))
    assert made.asks_visitor
    assert made.spec.budget.name == (budgets.DEFAULT if name == "budget" else "small")
    assert made.extra_resources == ""


@pytest.mark.parametrize(
    ("profiles", "names"),
    [
        ([], ()),
        ([{"kubespawner_override": {"image": "app"}}, {}], ("app",)),
        (ask, ()),
    ],
)
def test_images_of_profiles_are_images_of_the_hub(profiles, names):
    made = make_settings(make(profile_list=profiles))
    assert made.image_names == ("example.com/team/app:1", *names)


@pytest.mark.parametrize("known", ["", "system:serviceaccount:elsewhere:hub"])
async def test_the_hubs_account_is_set_or_asked_once(site, kube, known):
    before = len(site.pocket.requests)
    hubs = [await find_hub(kube, make(hub_account=known)) for _ in range(2)]
    account = known or site.hub.requestor
    assert hubs == [Hub("intro", "learning-portal", "workshops", account)] * 2
    assert len(site.pocket.requests) - before == (0 if known else 1)
