from datetime import UTC, datetime

import pytest

from workshop_culler.rules.models import User
from workshop_culler.service import users_api


def test_a_user_as_json():
    seen = datetime(2026, 11, 30, 12, tzinfo=UTC)
    user = User("ada", admin=True, groups=frozenset("ba"), last_activity=seen)
    assert users_api.render_user(user) == {
        "name": "ada",
        "admin": True,
        "groups": ["a", "b"],
        "created": None,
        "last_activity": "2026-11-30T12:00:00Z",
    }


@pytest.mark.hub
@pytest.mark.asyncio(loop_scope="module")
async def test_all_users_are_listed_with_a_server_or_without(culler_service):
    await culler_service.start_server("ada")
    token = culler_service.codes["instructor"]
    status, answer = await culler_service.ask("GET", "api/users", token=token)
    names = [user["name"] for user in answer["users"]]
    assert status == 200
    assert names == sorted(set(names))
    assert {"ada", "bob", "root"} <= set(names)
