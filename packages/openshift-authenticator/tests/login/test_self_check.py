"""The self-check against servers that say no in each way."""

import json
import logging

import pytest

from openshift_authenticator import errors
from openshift_authenticator.cluster.rules import accounts
from openshift_authenticator.login import self_check
from openshift_authenticator.login.rules import redirects
from workshop_kube.openshift_login import endpoints

CALLBACK = "https://hub.example/hub/oauth_callback"
ACCOUNT = accounts.Account("workshop", "hub")
ACCOUNT_PATH = "/api/v1/namespaces/workshop/serviceaccounts/hub"
ROUTE_PATH = "/apis/route.openshift.io/v1/namespaces/workshop/routes/hub"


@pytest.fixture
def checker(lying_server, api, monkeypatch):
    monkeypatch.setattr(self_check, "DELAYS", (0.0, 0.0))

    class Finder:
        async def find(self):
            url = lying_server.url
            return endpoints.Endpoints(url, url + "/oauth/authorize", url + "/oauth/token")

    def make_request(callback):
        return redirects.Request(ACCOUNT.client_id, callback, ("user:info",), "evil" in callback)

    return self_check.SelfCheck(api, Finder(), make_request)


async def test_a_registered_redirect(checker, lying_server, caplog):
    caplog.set_level(logging.INFO)
    lying_server.answers["/oauth/authorize"] = (302, {"Location": "/login?then=x"}, "")
    await checker.check(CALLBACK)
    assert checker.problem is None
    assert f"sends people back to {CALLBACK}" in caplog.text
    await checker.check(CALLBACK)
    assert len(lying_server.seen) == 1


async def test_a_missing_annotation_is_printed_and_kept(checker, lying_server, caplog):
    lying_server.answers["/oauth/authorize"] = (400, {}, {"error": "invalid_request"})
    await checker.check(CALLBACK)
    line = redirects.render_annotate(ACCOUNT, CALLBACK)
    assert line in caplog.text
    assert checker.problem.command == line
    lying_server.answers["/oauth/authorize"] = (302, {"Location": "/login"}, "")
    await checker.check(CALLBACK)
    assert checker.problem is None


async def test_a_host_header_before_anybody_logged_in_is_told_as_such(
    checker, lying_server, caplog
):
    lying_server.answers["/oauth/authorize"] = (400, {}, {})
    await checker.check("http://evil.example/hub/oauth_callback")
    assert "came with a browser's request. If it is this hub's own, run:" in caplog.text


async def test_a_wrong_host_header_keeps_nobody_else_out(checker, lying_server, caplog):
    async def judge(request):
        known = request.query_arguments["redirect_uri"] == [CALLBACK.encode()]
        return (302, {"Location": "/login"}, "") if known else (400, {}, {})

    lying_server.answers["/oauth/authorize"] = judge
    assert await checker.check(CALLBACK) is None
    for number in range(200):
        assert await checker.check(f"http://evil-{number}.example/hub/oauth_callback") is not None
        assert checker.problem is None, "nothing is wrong with the hub"
    assert "oc annotate" not in caplog.text, "no admin is made to register a foreign address"
    ours = [record for record in caplog.records if record.name == self_check.log.name]
    assert 0 < len(ours) <= 20
    assert await checker.check(CALLBACK) is None


async def test_a_problem_is_logged_once(checker, lying_server, caplog):
    lying_server.answers["/oauth/authorize"] = (400, {}, {})
    await checker.check(CALLBACK)
    await checker.check(CALLBACK)
    assert caplog.text.count("Nobody can log in yet") == 1


async def test_at_start_it_waits_for_the_cluster(checker, lying_server, account_dir):
    async def third_time(request):
        return (302, {"Location": "/login"}, "") if len(lying_server.seen) > 2 else (503, {}, "")

    lying_server.answers["/oauth/authorize"] = third_time
    checker.callback = CALLBACK
    await checker.run_at_start(ACCOUNT, str(account_dir()), "/")
    assert checker.problem is None
    assert len(lying_server.seen) == 3


async def test_at_start_it_gives_up_in_the_end(checker, lying_server, account_dir):
    lying_server.answers["/oauth/authorize"] = (503, {}, "")
    checker.callback = CALLBACK
    await checker.run_at_start(ACCOUNT, str(account_dir()), "/")
    assert checker.problem.code == "cluster-unavailable"


async def test_an_annotation_names_the_callback(checker, lying_server, account_dir):
    annotations = {"serviceaccounts.openshift.io/oauth-redirecturi.x": CALLBACK}
    document = {"metadata": {"annotations": annotations}}
    lying_server.answers[ACCOUNT_PATH] = (200, {}, document)
    assert await checker.find_callback(ACCOUNT, str(account_dir()), "/") == CALLBACK


async def test_a_route_names_the_callback(checker, lying_server, account_dir):
    reference = json.dumps({"reference": {"kind": "Route", "name": "hub"}})
    annotations = {"serviceaccounts.openshift.io/oauth-redirectreference.x": reference}
    lying_server.answers[ACCOUNT_PATH] = (200, {}, {"metadata": {"annotations": annotations}})
    lying_server.answers[ROUTE_PATH] = (200, {}, {"spec": {"host": "hub.example"}})
    assert (await checker.find_callback(ACCOUNT, str(account_dir()), "/")).startswith("http://hub")
    lying_server.answers[ROUTE_PATH] = (200, {}, {"spec": {"host": "hub.example", "tls": {"a": 1}}})
    assert await checker.find_callback(ACCOUNT, str(account_dir()), "/") == CALLBACK


@pytest.mark.parametrize("document", [{}, {"metadata": {}}, {"metadata": {"annotations": None}}])
async def test_an_account_that_says_nothing(checker, lying_server, account_dir, document):
    lying_server.answers[ACCOUNT_PATH] = (200, {}, document)
    assert await checker.find_callback(ACCOUNT, str(account_dir()), "/") == ""


async def test_a_hub_that_may_not_look_takes_the_request(checker, lying_server, account_dir):
    lying_server.answers[ACCOUNT_PATH] = (403, {}, {"message": "forbidden"})
    assert await checker.find_callback(ACCOUNT, str(account_dir()), "/") == ""
    lying_server.answers[ACCOUNT_PATH] = (500, {}, {})
    with pytest.raises(errors.ClusterError):
        await checker.find_callback(ACCOUNT, str(account_dir()), "/")
