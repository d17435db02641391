"""What the settings say of a pool."""

from __future__ import annotations

import pytest

from workshop_spawner.rules import plan
from workshop_spawner.rules.hub_settings import HubSettings


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
