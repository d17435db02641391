"""Tokens are given back by the way that their scope allows; failing hurts nobody."""

import logging

import pytest

from openshift_authenticator import errors
from openshift_authenticator.refresh import revocation
from workshop_kube.openshift_login import tokens

TOKEN = "sha256~token-of-alice"
NAME = tokens.make_token_name(TOKEN)
OWN = tokens.OWN_TOKENS_PATH + NAME
ALL = tokens.ALL_TOKENS_PATH + NAME


@pytest.fixture
def make_revoker(api):
    def make(read=lambda: "hub-token"):
        return revocation.Revoker(api, read)

    return make


async def test_a_full_token_revokes_itself(make_revoker, lying_server):
    lying_server.answers[OWN] = (200, {}, {})
    assert await make_revoker().revoke(TOKEN, ("user:full",))
    assert lying_server.seen[0].headers["Authorization"] == f"Bearer {TOKEN}"


async def test_a_lesser_token_is_revoked_by_the_hub(make_revoker, lying_server):
    lying_server.answers[ALL] = (200, {}, {})
    assert await make_revoker().revoke(TOKEN, ("user:info",))
    assert lying_server.seen[0].headers["Authorization"] == "Bearer hub-token"


async def test_without_the_right_it_is_said_once_how_to_give_it(make_revoker, lying_server, caplog):
    caplog.set_level(logging.INFO)
    lying_server.answers[ALL] = (403, {}, {"message": "forbidden"})
    revoker = make_revoker()
    assert not await revoker.revoke(TOKEN)
    assert not await revoker.revoke(TOKEN)
    assert caplog.text.count("oc adm policy") == 1


async def test_outside_a_cluster_it_is_asked_as_nobody(make_revoker, lying_server):
    lying_server.answers[ALL] = (200, {}, {})
    assert await make_revoker(lambda: "").revoke(TOKEN, ("user:info",))
    assert "Authorization" not in lying_server.seen[0].headers


async def test_a_full_token_that_ended_before_is_fine(make_revoker, lying_server):
    lying_server.answers[OWN] = (401, {}, {})
    assert await make_revoker().revoke(TOKEN, ("user:full",))


@pytest.mark.parametrize(
    ("status", "dead"), [(404, True), (401, False), (429, False), (500, False)]
)
async def test_what_the_cluster_may_answer(make_revoker, lying_server, status, dead, caplog):
    lying_server.answers[ALL] = (status, {}, {"kind": "Status", "code": status})
    assert await make_revoker().revoke(TOKEN) is dead
    assert TOKEN not in caplog.text


async def test_a_hub_that_lost_its_own_token_goes_on(make_revoker, lying_server):
    def read():
        raise errors.MisconfiguredError("Cannot read")

    assert not await make_revoker(read).revoke(TOKEN)


async def test_a_token_without_a_name_is_left(make_revoker, lying_server):
    assert not await make_revoker().revoke("opaque", ("user:full",))
    assert lying_server.seen == []
