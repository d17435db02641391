"""What the settings say of a pool."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from workshop_spawner.rules import plan
from workshop_spawner.rules.hub_settings import HubSettings
from workshop_spawner.rules.reserve.schedule import parse_schedule
from workshop_spawner.rules.reserve.size import ReserveSize


@pytest.mark.parametrize(
    ("changes", "keeps", "problem"),
    [
        ({}, False, None),
        ({"reserved_sessions": 1}, True, None),
        ({"reserved_sessions": 1, "spec": plan.SessionSpec(project=plan.NONE)}, False, "temporary"),
        (
            {"reserved_sessions": 1, "spec": plan.SessionSpec(identity=plan.USER_TOKEN)},
            False,
            "the user's own",
        ),
        ({"reserved_sessions": 1, "asks_visitor": True}, False, "a callable is asked with each"),
    ],
)
def test_a_pool_is_kept_where_it_can_be(changes, keeps, problem):
    settings = HubSettings("workshops", **changes)
    assert settings.keeps_pool is keeps
    found = settings.problem_with_pool()
    assert problem in found if problem else found is None


def test_a_schedule_alone_keeps_a_pool_and_says_how_large_it_is():
    windows = parse_schedule(["daily 08:00-09:00 UTC 40/30"])
    settings = HubSettings("workshops", windows=windows)
    assert settings.keeps_pool
    assert settings.keeps_pods
    now = datetime(2026, 12, 1, 8, 30, tzinfo=UTC)
    assert settings.find_usual(now) == ReserveSize(40, 30)
    assert settings.find_usual(now.replace(hour=9)) == ReserveSize()
    nowhere = HubSettings("workshops", windows=windows, asks_visitor=True)
    assert nowhere.find_usual(now) == ReserveSize()
    assert nowhere.problem_with_pool()
