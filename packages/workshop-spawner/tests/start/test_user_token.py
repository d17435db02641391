"""The token of a login, in a session that acts as the user."""

from __future__ import annotations

import base64

import pytest

from workshop_kube import errors as kube_errors
from workshop_spawner.manifests import accounts
from workshop_spawner.model import errors
from workshop_spawner.start.user_token import UserToken

ROLE = "/apis/rbac.authorization.k8s.io/v1/namespaces/workshops/roles/workshop-hub"


class Login:
    """A login of the hub with an auth_state, and the token in it."""

    def __init__(self, session, state):
        self.session = session
        self.state = state
        self.token = UserToken("alice", "access_token", self.read)

    async def read(self):
        return self.state

    async def make_session(self):
        return self.session

    async def renew(self, cluster):
        await self.token.renew(cluster, self.make_session)


@pytest.fixture
def make(site):
    role = site.as_admin(ROLE)
    role["rules"].append({"apiGroups": [""], "resources": ["secrets"], "verbs": ["patch"]})
    assert site.pocket.request("PUT", ROLE, role).status == 200
    return lambda state: Login(site.session, state)


@pytest.mark.parametrize("state", [None, {}, {"access_token": ""}, {"token": "x"}])
async def test_a_login_without_a_token_is_told_with_a_remedy(make, state):
    with pytest.raises(errors.PermanentError, match="log out and in again") as caught:
        await make(state).token.read()
    assert "enable_auth_state" in caught.value.detail


def secret_of(site):
    data = site.as_admin(f"/api/v1/namespaces/workshops/secrets/{site.session.secret}")["data"]
    return {key: base64.b64decode(value) for key, value in data.items()}


@pytest.mark.parametrize(
    "fault", [{"status": 500}, {"retry_after": 0}, {"status": 503}, {"drop": "after"}]
)
async def test_a_renewed_token_replaces_the_old_one_whatever_happens(make, site, kube, fault):
    login = make({"access_token": "first"})
    assert await login.token.read() == "first"
    first = {"token": "first", "api-token": "hub"}
    await kube.ensure(accounts.make_secret(site.session, first))
    before = len(site.pocket.requests)
    await login.renew(kube)
    assert site.pocket.requests[before:] == [], "an old token asks nothing"
    login.state = {"access_token": "second"}
    seen = site.pocket.faults.add(verb="patch", resource="secrets", **fault)
    await login.renew(kube)
    assert seen.seen == 1
    assert secret_of(site) == {"token": b"second", "api-token": b"hub"}


async def test_a_token_that_could_not_be_put_is_tried_again(make, site, kube):
    login = make({"access_token": "first"})
    await kube.ensure(accounts.make_secret(site.session, {"token": ""}))
    site.pocket.faults.add(verb="patch", resource="secrets", status=500, times=None)
    with pytest.raises(kube_errors.TemporaryError):
        await login.renew(kube.within(0.2))
    site.pocket.faults.clear()
    await login.renew(kube)
    assert secret_of(site) == {"token": b"first"}


@pytest.mark.parametrize(
    ("learnt", "known"),
    [(None, True), ({}, True), ("system:serviceaccount:workshops:hub", True), ("ann", False)],
)
async def test_the_owner_is_who_cluster_and_login_say(make, site, kube, learnt, known):
    document = {"metadata": {"name": learnt}} if isinstance(learnt, str) else learnt
    login = make({"access_token": "x", "openshift_user": document})
    if known:
        assert await login.token.find_owner(kube) == site.hub.requestor
    else:
        with pytest.raises(errors.PermanentError, match="does not say whose login") as caught:
            await login.token.find_owner(kube)
        assert "'ann'" in caught.value.detail
