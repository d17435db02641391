"""Callbacks found, probes judged, and the exact lines that mend them - as recorded."""

import json
import shlex
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from openshift_authenticator import errors
from openshift_authenticator.cluster.rules import accounts
from openshift_authenticator.login.rules import redirects

CALLBACK = "https://hub.example/hub/oauth_callback"
ACCOUNT = redirects.Request("system:serviceaccount:workshop:hub", CALLBACK, ("user:info",))
CLIENT = redirects.Request("rec-client", CALLBACK, ("user:info",))


@pytest.mark.parametrize(
    ("public", "base", "callback"),
    [
        ("https://hub.example", "/", CALLBACK),
        ("https://hub.example/", "/", CALLBACK),
        (
            "https://hub.example/jupyter/",
            "/jupyter/",
            "https://hub.example/jupyter/hub/oauth_callback",
        ),
        ("https://hub.example", "/jupyter/", "https://hub.example/jupyter/hub/oauth_callback"),
        ("http://127.0.0.1:8000", "/", "http://127.0.0.1:8000/hub/oauth_callback"),
    ],
)
def test_the_callback_below_the_public_address(public, base, callback):
    assert redirects.make_callback(public, base) == callback


KEY = "serviceaccounts.openshift.io/oauth-redirecturi."


@pytest.mark.parametrize(
    ("annotations", "callback"),
    [
        ({}, ""),
        ({KEY + "a": CALLBACK}, CALLBACK),
        ({KEY + "a": CALLBACK, KEY + "b": CALLBACK}, CALLBACK),
        ({KEY + "a": CALLBACK, KEY + "b": "https://other/hub/oauth_callback"}, ""),
        ({KEY + "a": "oauth_callback"}, ""),
        ({KEY + "a": "https://hub.example/elsewhere"}, ""),
        ({"other": CALLBACK}, ""),
        ({KEY + "a": 7}, ""),
    ],
)
def test_the_callback_that_an_account_registers(annotations, callback):
    assert redirects.find_registered(annotations) == callback


def reference(kind="Route", name="hub"):
    return json.dumps({"kind": "OAuthRedirectReference", "reference": {"kind": kind, "name": name}})


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (reference(), "hub"),
        (reference(kind="Ingress"), ""),
        (reference(name=7), ""),
        ("{}", ""),
        ("[]", ""),
        ("nonsense", ""),
        (json.dumps({"reference": "hub"}), ""),
    ],
)
def test_the_route_that_an_account_refers_to(text, name):
    key = "serviceaccounts.openshift.io/oauth-redirectreference.first"
    assert redirects.find_route({key: text}) == name


@pytest.mark.parametrize(
    ("spec", "callback"),
    [
        ({"host": "hub.example", "tls": {"termination": "edge"}}, CALLBACK),
        ({"host": "hub.example"}, "http://hub.example/hub/oauth_callback"),
        ({}, ""),
        (None, ""),
    ],
)
def test_the_callback_on_a_route(spec, callback):
    assert redirects.make_route_callback({"spec": spec}, "/") == callback


def test_a_login_page_means_that_all_is_well():
    location = "/login?then=%2Foauth%2Fauthorize%3Fclient_id%3Drec-client"
    assert redirects.find_probe_problem(302, location, None, CLIENT) is None


def test_an_account_that_does_not_register_the_redirect_gets_the_exact_line():
    problem = redirects.find_probe_problem(400, "", {"error": "invalid_request"}, ACCOUNT)
    assert problem.code == "redirect-not-registered"
    assert problem.command == (
        "oc annotate serviceaccount hub --namespace workshop --overwrite "
        "serviceaccounts.openshift.io/oauth-redirecturi.jupyterhub="
        "https://hub.example/hub/oauth_callback"
    )


def test_the_line_is_safe_to_paste():
    account = accounts.Account("ns", "hub")
    line = redirects.render_annotate(account, "https://hub.example/a b;rm -rf/hub/oauth_callback")
    assert shlex.split(line)[-1].endswith("a b;rm -rf/hub/oauth_callback")


def test_a_client_nobody_made_gets_the_line_that_makes_it():
    problem = redirects.find_probe_problem(400, "", {"error": "unauthorized_client"}, CLIENT)
    assert problem.code == "client-not-registered"
    made = json.loads(shlex.split(problem.command.replace("<<<", ""))[-1])
    assert made["metadata"]["name"] == "rec-client"
    assert made["redirectURIs"] == [CALLBACK]


def test_a_client_without_the_redirect_gets_the_patch():
    problem = redirects.find_probe_problem(400, "", {"error": "invalid_request"}, CLIENT)
    patch = json.loads(shlex.split(problem.command)[-1])
    assert patch == [{"op": "add", "path": "/redirectURIs/-", "value": CALLBACK}]


@pytest.mark.parametrize("status", [400, 500])
def test_an_account_without_any_redirect_gets_the_line(status):
    """OpenShift says no more than that; its own log has "has no redirectURIs"."""
    problem = redirects.find_probe_problem(status, "", {"error": "server_error"}, ACCOUNT)
    assert problem.command.startswith("oc annotate serviceaccount hub")


@pytest.mark.parametrize("status", [403, 404, 405, 418])
def test_what_is_no_oauth_server_gets_no_line(status):
    with pytest.raises(errors.BadDocumentError, match=f"answered {status}.*authorize_url"):
        redirects.find_probe_problem(status, "", {"error": "x"}, ACCOUNT)


def test_an_address_that_a_browser_named_is_told_as_such():
    guessed = replace(ACCOUNT, guessed=True)
    said = str(redirects.find_probe_problem(400, "", {}, guessed))
    assert "came with a browser's request. If it is this hub's own, run:\n    oc annotate" in said


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_probe_in_bad_weather_settles_nothing(status):
    with pytest.raises(errors.ClusterError):
        redirects.find_probe_problem(status, "", None, ACCOUNT)


REFUSALS = {
    "a service account asked for user:full": (
        ("access_denied", "scope denied: user:full"),
        "scope-refused",
    ),
    "the person pressed Deny": (("access_denied", ""), "access-denied"),
    "a scope that does not exist": (
        ("invalid_scope", '[0]: Invalid value: "nonsense": no scope handler found'),
        "scope-unknown",
    ),
    "the server is in trouble": (("server_error", ""), "cluster-unavailable"),
    "anything else": (("<script>", "call 0190 for help"), "login-failed"),
}


@pytest.mark.parametrize(("said", "code"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_is_explained_in_our_own_words(said, code):
    problem = redirects.explain_error(*said, ACCOUNT)
    assert problem.code == code
    assert not said[1] or said[1] not in problem.sentence


def test_a_refusal_seen_by_the_probe_is_found_in_its_location():
    location = f"{CALLBACK}?error=access_denied&error_description=scope+denied%3A+user%3Afull"
    problem = redirects.find_probe_problem(302, location, None, ACCOUNT)
    assert "Only an OAuthClient may ask for user:full" in problem.sentence


def test_an_exchange_as_recorded():
    document = {"access_token": "sha256~x", "expires_in": 86400, "token_type": "Bearer"}
    assert redirects.parse_exchange(200, document, ACCOUNT) == document


@pytest.mark.parametrize(
    ("status", "document", "error", "sentence"),
    [
        (
            400,
            {"error": "unauthorized_client"},
            errors.MisconfiguredError,
            "service account's token",
        ),
        (400, {"error": "invalid_grant"}, errors.MisconfiguredError, "used before"),
        (400, None, errors.MisconfiguredError, "did not take"),
        (200, {"error": "server_error"}, errors.MisconfiguredError, "did not take"),
        (200, {}, errors.BadDocumentError, "no token"),
        (200, None, errors.BadDocumentError, "no token"),
        (200, {"access_token": 7}, errors.BadDocumentError, "no token"),
        (200, {"access_token": "x", "token_type": "mac"}, errors.BadDocumentError, "no Bearer"),
        (302, None, errors.MisconfiguredError, "did not take"),
        (429, None, errors.ClusterError, "429"),
        (502, None, errors.ClusterError, "502"),
    ],
)
def test_an_exchange_that_fails(status, document, error, sentence):
    with pytest.raises(error, match=sentence):
        redirects.parse_exchange(status, document, ACCOUNT)


def test_the_secret_of_an_oauthclient_is_named_by_its_client():
    with pytest.raises(errors.MisconfiguredError, match="the secret of the OAuthClient rec-client"):
        redirects.parse_exchange(400, {"error": "unauthorized_client"}, CLIENT)


RECORDINGS = Path(__file__).resolve().parents[4] / "pocket-openshift/tests/contract/recordings"
REFUSED_LOGINS = {
    "a redirect not registered": "redirect-not-registered",
    "a client not registered": "client-not-registered",
    "a scope that does not exist": "scope-unknown",
    "a service account may not ask for user:full": "scope-refused",
}
ALSO_FINE = {
    "a browser not logged in goes to the login page",
    "wrong password by challenge: 401",
    "right password, client of grantMethod auto: code at once",
    "a browser with a session goes to the approval page the first time",
    "approved before: code at once",
}
EXCHANGES = {
    "wrong secret": False,
    "the exchange": True,
    "a code used twice": False,
    "another account's token as the secret": False,
    "the account's bound token as the secret": True,
}


def recorded(path):
    for name in ("oauth.json", "oauth-service-account.json"):
        for step in json.loads((RECORDINGS / name).read_text())["steps"]:
            if step["request"]["path"].partition("?")[0] == path:
                yield step


def test_every_recorded_answer_to_a_login_is_understood():
    found = {}
    for step in recorded("/oauth/authorize"):
        query = parse_qs(urlsplit(step["request"]["path"]).query)
        request = redirects.Request(query["client_id"][0], query["redirect_uri"][0], ())
        answer = step["response"]
        body = answer["body"] if isinstance(answer["body"], dict) else None
        location = answer["headers"].get("Location", "")
        problem = redirects.find_probe_problem(answer["status"], location, body, request)
        found[step["note"]] = problem.code if problem else None
    assert found == {**REFUSED_LOGINS, **dict.fromkeys(ALSO_FINE)}


def test_every_recorded_exchange_is_a_token_or_a_sentence():
    found = {}
    for step in recorded("/oauth/token"):
        form = parse_qs(step["request"]["form"])
        request = redirects.Request(form["client_id"][0], form["redirect_uri"][0], ())
        answer = step["response"]
        try:
            redirects.parse_exchange(answer["status"], answer["body"], request)
            found[step["note"]] = True
        except errors.MisconfiguredError as error:
            found[step["note"]] = False
            assert error.problem.code == "exchange-refused"  # noqa: PT017 - one of both is right
    assert found == EXCHANGES


def test_a_probe_asks_what_a_login_asks():
    url = redirects.make_probe("https://oauth.example/oauth/authorize", ACCOUNT)
    assert url.startswith("https://oauth.example/oauth/authorize?client_id=system%3Aserviceaccount")
    assert "redirect_uri=https%3A%2F%2Fhub.example%2Fhub%2Foauth_callback" in url
