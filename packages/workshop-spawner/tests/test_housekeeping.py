"""What a hub does beside its sessions."""

import logging
from types import SimpleNamespace

import pytest

from workshop_spawner import choosing, housekeeping, plan, rights
from workshop_spawner.cluster import Cluster


def make(**changes):
    keeper = {
        "reserved_sessions": 0,
        "project": "temporary",
        "identity": "service-account",
        "volume_size": "",
        "delete_pvc": True,
        "events_enabled": True,
    }
    return SimpleNamespace(**{**keeper, **changes})


@pytest.mark.parametrize(
    ("changes", "uses"),
    [
        ({}, rights.Uses()),
        ({"reserved_sessions": 3}, rights.Uses(reserve=True)),
        ({"reserved_sessions": 3, "project": "user"}, rights.Uses()),
        ({"volume_size": "1Gi"}, rights.Uses(home=True, delete_home=True)),
        ({"volume_size": "1Gi", "delete_pvc": False}, rights.Uses(home=True)),
        ({"identity": "user-token"}, rights.Uses(refresh=True)),
        ({"events_enabled": False}, rights.Uses(events=False)),
    ],
)
def test_settings_use_rights(changes, uses):
    assert housekeeping.make_uses(make(**changes)) == uses


async def test_what_goes_wrong_is_logged_not_raised(caplog):
    await housekeeping.keep_house(make(log=logging.getLogger("t")))
    assert "could not look after" in caplog.text


async def test_a_cluster_that_is_away_when_the_hub_starts_is_waited_for(
    place, api, monkeypatch, caplog
):
    monkeypatch.setattr(housekeeping, "LOOK_AGAIN", 0.05)
    caplog.set_level(logging.INFO)
    door = Cluster(api, timeout=1, patience=0)
    away = place.pocket.faults.add(status=503, times=2)

    async def decide(_session):
        await choosing.by_request(door, "auto", logging.getLogger("t"))
        return plan.Wishes()

    keeper = make(log=logging.getLogger("t"), cluster=door, namespace=place.hub.namespace)
    keeper.decide_wishes = decide
    await housekeeping.keep_house(keeper)
    assert away.seen == 2
    assert "cannot be asked about the hub's rights and reserve" in caplog.text
    assert "could not look after" not in caplog.text
    assert "has all rights that it needs" in caplog.text
