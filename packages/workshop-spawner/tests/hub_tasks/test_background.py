"""What a hub does beside its sessions."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import pytest
from prometheus_client import REGISTRY

from workshop_spawner.hub_tasks import background
from workshop_spawner.kube.client import Cluster
from workshop_spawner.rules import plan, rights
from workshop_spawner.start import project_api, steps
from workshop_spawner.start.progress import Journal

LOG = logging.getLogger("t")


def make(**changes):
    keeper = {
        "reserved_sessions": 0,
        "project": "temporary",
        "identity": "service-account",
        "volume_size": "",
        "delete_pvc": True,
        "events_enabled": True,
        "session_age": 0,
        "image": "example.com/team/app:1",
        "profile_list": [],
    }
    return SimpleNamespace(**{**keeper, **changes})


@pytest.mark.parametrize(
    ("changes", "uses"),
    [
        ({}, rights.Uses()),
        ({"reserved_sessions": 3}, rights.Uses(reserve=True)),
        ({"reserved_sessions": 3, "project": "user"}, rights.Uses()),
        ({"reserved_sessions": 3, "identity": "user-token"}, rights.Uses(refresh=True)),
        ({"volume_size": "1Gi"}, rights.Uses(home=True, delete_home=True)),
        ({"volume_size": "1Gi", "delete_pvc": False}, rights.Uses(home=True)),
        ({"identity": "user-token"}, rights.Uses(refresh=True)),
        ({"events_enabled": False}, rights.Uses(events=False)),
    ],
)
def test_settings_use_rights(changes, uses):
    assert background.make_uses(make(**changes)) == uses


async def test_what_goes_wrong_is_logged_not_raised(caplog):
    await background.keep_house(make(log=logging.getLogger("t")))
    assert "could not look after" in caplog.text


async def test_a_cluster_that_is_away_when_the_hub_starts_is_waited_for(
    place, api, monkeypatch, caplog
):
    monkeypatch.setattr(background, "LOOK_AGAIN", 0.05)
    caplog.set_level(logging.INFO)
    door = Cluster(api, timeout=1, patience=0)
    away = place.pocket.faults.add(status=503, times=2)

    async def decide(_session):
        await project_api.by_request(door, "auto", logging.getLogger("t"))
        return plan.Wishes(project=plan.NONE)

    keeper = make(log=logging.getLogger("t"), cluster=door, namespace=place.hub.namespace)
    keeper.decide_wishes = decide
    await background.keep_house(keeper)
    assert away.seen == 2
    assert "cannot be asked about the hub's rights and reserve" in caplog.text
    assert "could not look after" not in caplog.text
    assert "has all rights that it needs" in caplog.text


@pytest.mark.parametrize(
    ("changes", "uses"),
    [
        ({}, False),
        ({"image": "app:1"}, True),
        ({"profile_list": [{"kubespawner_override": {"image": "app"}}, {}]}, True),
        ({"profile_list": lambda spawner: []}, False),
    ],
)
async def test_bare_names_may_be_image_streams(place, door, changes, uses):
    assert await background.uses_streams(make(cluster=door, **changes)) is uses


async def test_projects_are_counted_for_the_metrics(place, door):
    todo = plan.make_plan(place.session, plan.Wishes(), {})
    await steps.Start(door, place.session, Journal()).run(todo)
    counted = await background.count_projects(door, place.hub)
    assert counted.alive == (place.session.project,)
    assert REGISTRY.get_sample_value("workshop_projects") == 1
    assert REGISTRY.get_sample_value("workshop_orphaned_projects") == 0


async def test_settings_without_effect_are_told(place, door, caplog):
    keeper = make(
        reserved_sessions=3,
        project="none",
        cluster=door,
        namespace="workshops",
        log=LOG,
    )

    async def decide(_session):
        return plan.Wishes(project=plan.NONE)

    keeper.decide_wishes = decide
    await background.keep_house(keeper)
    assert "reserved_sessions has no effect" in caplog.text
