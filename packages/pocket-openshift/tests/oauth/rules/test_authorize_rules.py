from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.access import scope_names
from pocket_openshift.oauth.rules import authorize_rules, clients

HUB = "http://127.0.0.1:8000/hub/oauth_callback"
CLIENT = clients.Client("rec-client", (HUB,), ("s3cret",), clients.AUTO)
ACCOUNT = clients.Client(
    "system:serviceaccount:ns:hub",
    (HUB,),
    restrictions=scope_names.for_service_account("ns"),
    account=clients.ServiceAccount("ns", "hub"),
)
REQUEST = authorize_rules.Authorize("rec-client", "code", HUB, "st4te", "user:info")
VERIFIER = "v" * 43


def challenge(value, method=""):
    return authorize_rules.Challenge(value, method)


def test_a_good_request_is_kept_as_it_is():
    assert authorize_rules.decide_authorize(REQUEST, CLIENT) == REQUEST


def test_the_only_redirect_is_filled_in():
    found = authorize_rules.decide_authorize(replace(REQUEST, redirect=""), CLIENT)
    assert found == REQUEST


@pytest.mark.parametrize(
    ("change", "client", "error", "redirected"),
    [
        ({}, None, "unauthorized_client", False),
        ({}, replace(CLIENT, redirects=()), "unauthorized_client", False),
        ({}, replace(ACCOUNT, redirects=()), "server_error", False),
        ({"redirect": "http://evil.example/"}, CLIENT, "invalid_request", False),
        ({"response_type": "token"}, CLIENT, "unsupported_response_type", True),
        ({"response_type": ""}, CLIENT, "unsupported_response_type", True),
        ({"error": "access_denied"}, CLIENT, "access_denied", True),
        ({"error": "grant_denied"}, CLIENT, "access_denied", True),
        ({"error": "<script>"}, CLIENT, "access_denied", True),
        ({"challenge": challenge("short")}, CLIENT, "invalid_request", True),
        ({"challenge": challenge(VERIFIER, "S512")}, CLIENT, "invalid_request", True),
        ({}, replace(CLIENT, secrets=()), "invalid_request", True),
    ],
)
def test_a_bad_request_is_refused(change, client, error, redirected):
    found = authorize_rules.decide_authorize(replace(REQUEST, **change), client)
    assert isinstance(found, authorize_rules.Refusal)
    assert (found.error, found.state, bool(found.redirect)) == (error, "st4te", redirected)


def test_a_refusal_tells_the_client_through_the_browser():
    found = authorize_rules.decide_authorize(replace(REQUEST, response_type="token"), CLIENT)
    query = parse_qs(urlsplit(found.location()).query)
    assert query["state"] == ["st4te"]
    assert query["error"] == ["unsupported_response_type"]
    assert query["error_description"] == [authorize_rules.DESCRIPTIONS["unsupported_response_type"]]


def test_a_public_client_passes_with_pkce():
    public = replace(CLIENT, secrets=())
    asked = replace(REQUEST, challenge=challenge(VERIFIER))
    found = authorize_rules.decide_authorize(asked, public)
    assert found.challenge == challenge(VERIFIER, "plain")


@pytest.mark.parametrize(
    ("scope", "client", "approved", "verdict"),
    [
        ("user:info", CLIENT, (), authorize_rules.Granted(("user:info",))),
        ("", CLIENT, (), authorize_rules.Granted(("user:full",))),
        ("user:info", ACCOUNT, (), authorize_rules.Ask(("user:info",))),
        ("user:info", ACCOUNT, ("user:info", "x"), authorize_rules.Granted(("user:info",))),
        (
            "user:info user:check-access",
            ACCOUNT,
            ("user:info",),
            authorize_rules.Ask(("user:info", "user:check-access")),
        ),
        (
            "user:full",
            ACCOUNT,
            ("user:full",),
            authorize_rules.Refusal("access_denied", "scope denied: user:full", redirect=HUB),
        ),
        (
            "",
            ACCOUNT,
            (),
            authorize_rules.Refusal("access_denied", "scope denied: user:full", redirect=HUB),
        ),
        (
            "nonsense",
            CLIENT,
            (),
            authorize_rules.Refusal(
                "invalid_scope",
                '[0]: Invalid value: "nonsense": no scope handler found',
                redirect=HUB,
            ),
        ),
        (
            "user:info",
            replace(CLIENT, grant_method=clients.DENY),
            (),
            authorize_rules.Refusal("access_denied", state="st4te", redirect=HUB),
        ),
    ],
)
def test_what_a_client_is_given(scope, client, approved, verdict):
    assert authorize_rules.decide_grant(replace(REQUEST, scope=scope), client, approved) == verdict


@given(
    st.lists(st.sampled_from([*scope_names.SUPPORTED, "role:admin:ns", "role:admin:other", "x"]))
)
def test_a_service_account_never_gets_more_than_it_may(asked):
    request = replace(REQUEST, scope=scope_names.join(asked))
    verdict = authorize_rules.decide_grant(request, ACCOUNT, asked)
    if isinstance(verdict, authorize_rules.Granted):
        assert set(verdict.scopes) <= {*scope_names.SUPPORTED, "role:admin:ns"} - {"user:full"}


@pytest.mark.parametrize(
    ("client", "asked", "redirect", "says"),
    [
        (ACCOUNT, ["user:info"], HUB, ""),
        (None, ["user:info"], HUB, "Could not find client"),
        (ACCOUNT, ["user:info"], "http://evil.example/", "did not register the address"),
        (ACCOUNT, ["user:full"], HUB, "illegal scopes (user:full)"),
        (ACCOUNT, ["nonsense"], HUB, "illegal scopes (nonsense)"),
        (CLIENT, ["user:full"], HUB, ""),
    ],
)
def test_a_person_is_asked_about_what_may_be(client, asked, redirect, says):
    found = authorize_rules.problem_with_approval(client, asked, redirect)
    assert says in (found or "")
    assert bool(found) is bool(says)


@given(st.dictionaries(st.text(), st.text()))
def test_no_query_breaks_the_reading(query):
    authorize_rules.parse_authorize(query)
