"""The token of a login, in a session that acts as the user."""

from __future__ import annotations

import base64
from types import SimpleNamespace

import pytest

from workshop_spawner.manifests import accounts
from workshop_spawner.model import errors
from workshop_spawner.start import user_token

ROLE = "/apis/rbac.authorization.k8s.io/v1/namespaces/workshops/roles/workshop-hub"


class User:
    """A user of the hub with an auth_state."""

    name = "alice"

    def __init__(self, state):
        self.state = state

    async def get_auth_state(self):
        return self.state


@pytest.fixture
def make(place, door):
    role = place.as_admin(ROLE)
    role["rules"].append({"apiGroups": [""], "resources": ["secrets"], "verbs": ["patch"]})
    assert place.pocket.request("PUT", ROLE, role).status == 200

    def make(state):
        async def make_session():
            return place.session

        return SimpleNamespace(
            user=User(state),
            user_token_key="access_token",
            told_token="",
            cluster=door,
            make_session=make_session,
        )

    return make


@pytest.mark.parametrize("state", [None, {}, {"access_token": ""}, {"token": "x"}])
async def test_a_login_without_a_token_is_told_with_a_remedy(make, state):
    with pytest.raises(errors.PermanentError, match="log out and in again") as caught:
        await user_token.find(make(state))
    assert "enable_auth_state" in caught.value.detail


@pytest.mark.parametrize(
    "fault", [{"status": 500}, {"retry_after": 0}, {"status": 503}, {"drop": "after"}]
)
async def test_a_renewed_token_replaces_the_old_one_whatever_happens(make, place, door, fault):
    spawner = make({"access_token": "first"})
    assert await user_token.find(spawner) == "first"
    await door.ensure(accounts.make_secret(place.session, {"token": "first", "api-token": "hub"}))
    before = len(place.pocket.requests)
    await user_token.renew(spawner)
    assert place.pocket.requests[before:] == [], "an old token asks nothing"
    spawner.user.state = {"access_token": "second"}
    seen = place.pocket.faults.add(verb="patch", resource="secrets", **fault)
    await user_token.renew(spawner)
    assert seen.seen == 1
    data = place.as_admin(f"/api/v1/namespaces/workshops/secrets/{place.session.secret}")["data"]
    assert {key: base64.b64decode(value) for key, value in data.items()} == {
        "token": b"second",
        "api-token": b"hub",
    }


async def test_a_token_that_could_not_be_put_is_tried_again(make, place, door):
    spawner = make({"access_token": "first"})
    door._patience = 0.2
    place.pocket.faults.add(verb="patch", resource="secrets", status=500, times=None)
    with pytest.raises(errors.TemporaryError):
        await user_token.renew(spawner)
    assert spawner.told_token == ""
