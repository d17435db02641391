"""What a hub does beside its sessions."""

from types import SimpleNamespace

import pytest

from workshop_spawner import housekeeping, rights


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
    import logging

    await housekeeping.keep_house(make(log=logging.getLogger("t")))
    assert "could not look after" in caplog.text
