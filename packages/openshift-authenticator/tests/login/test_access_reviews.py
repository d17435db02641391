"""Asking the cluster what somebody may do."""

import json

import pytest

from openshift_authenticator import errors
from openshift_authenticator.login import access_reviews
from openshift_authenticator.login.rules import access, identity

RESPONSE = {"access_token": "sha256~x", "scope": "user:info user:check-access"}
PODS = access.make_checks([{"verb": "create", "resource": "pods", "namespace": "a"}], "")
ROLES = access.make_checks([{"verb": "create", "resource": "rolebindings", "namespace": "a"}], "")


REVIEW_PATH = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


def allow(*resources):
    async def answer(request):
        asked = json.loads(request.body)["spec"]["resourceAttributes"]["resource"]
        return 201, {}, {"status": {"allowed": asked in resources}}

    return answer


@pytest.mark.parametrize(
    ("allowed", "found"),
    [
        ([], identity.AccessAnswers()),
        (["pods"], identity.AccessAnswers(enter=True)),
        (["pods", "rolebindings"], identity.AccessAnswers(True, True)),
    ],
)
async def test_each_list_is_asked(api, lying_server, allowed, found):
    lying_server.answers[REVIEW_PATH] = allow(*allowed)
    assert await access_reviews.ask_access(api, RESPONSE, PODS, ROLES) == found


async def test_one_of_a_list_is_enough(api, lying_server):
    lying_server.answers[REVIEW_PATH] = allow("rolebindings")
    assert (await access_reviews.ask_access(api, RESPONSE, (*PODS, *ROLES), ())).enter


async def test_nothing_is_asked_where_nothing_is_configured(api, lying_server):
    assert await access_reviews.ask_access(api, RESPONSE, (), ()) == identity.AccessAnswers()
    assert lying_server.seen == []


@pytest.mark.parametrize("status", [401, 403, 429, 500])
async def test_a_cluster_that_does_not_say_lets_nobody_in(api, lying_server, status):
    lying_server.answers[REVIEW_PATH] = (status, {}, {})
    with pytest.raises(errors.ClusterError) as caught:
        await access_reviews.ask_access(api, RESPONSE, PODS, ROLES)
    assert caught.value.status == status


async def test_a_scope_that_was_not_approved_is_explained(api, lying_server):
    lying_server.answers[REVIEW_PATH] = (403, {}, {})
    with pytest.raises(errors.ScopeMissingError, match="user:check-access"):
        await access_reviews.ask_access(api, {**RESPONSE, "scope": "user:info"}, PODS, ())
