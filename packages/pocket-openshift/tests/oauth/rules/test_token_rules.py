import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.oauth.rules import authorize_rules, clients, token_rules

HUB = "http://127.0.0.1:8000/hub/oauth_callback"
CLIENT = clients.Client("rec-client", (HUB,), ("s3cret",), clients.AUTO)
VERIFIER = "v" * 43
VERIFIERS = st.from_regex(r"[a-zA-Z0-9~._-]{43,128}", fullmatch=True)


def challenge(value, method=""):
    return authorize_rules.Challenge(value, method)


def basic(name, secret):
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


@pytest.mark.parametrize(
    ("form", "header", "who"),
    [
        ({"client_id": "a", "client_secret": "b"}, "", ("a", "b")),
        ({}, basic("a", "b"), ("a", "b")),
        ({"client_id": "a"}, basic("x", "y"), ("x", "y")),
        ({"client_id": "a", "client_secret": "b"}, basic("x", "y"), ("a", "b")),
        (
            {},
            basic("system%3Aserviceaccount%3Ans%3Ahub", "t+k"),
            ("system:serviceaccount:ns:hub", "t k"),
        ),
        ({"client_id": "cli"}, "", ("cli", "")),
        ({}, "Basic ***", ("", "")),
        ({}, "Bearer abc", ("", "")),
        ({}, "", ("", "")),
    ],
)
def test_a_client_says_who_it_is(form, header, who):
    found = token_rules.parse_exchange(form, header)
    assert (found.client_id, found.secret) == who
    assert found.credentials is bool(who[0])


EXCHANGE = token_rules.Exchange("authorization_code", "sha256~c", HUB, "", "rec-client", "s3cret")
CODE = token_rules.Code("rec-client", HUB, expires=100.0)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({}, None),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "implicit"}, "unsupported_grant_type"),
        ({"credentials": False}, "invalid_request"),
        ({"code": ""}, "invalid_grant"),
    ],
)
def test_what_is_refused_before_the_client_is_known(change, error):
    found = token_rules.refuse_before_client(replace(EXCHANGE, **change))
    assert (found and found.error) == error


@pytest.mark.parametrize(
    ("change", "code", "error"),
    [
        ({}, CODE, None),
        ({"redirect": ""}, CODE, None),
        ({}, None, "unauthorized_client"),
        ({}, replace(CODE, expires=50.0), "invalid_grant"),
        ({}, replace(CODE, client="other"), "invalid_grant"),
        ({"redirect": "http://evil.example/"}, CODE, "invalid_request"),
        ({"redirect": HUB + "/else"}, CODE, "invalid_request"),
        ({}, replace(CODE, challenge=challenge(VERIFIER, "plain")), "invalid_request"),
        (
            {"verifier": "w" * 43},
            replace(CODE, challenge=challenge(VERIFIER, "plain")),
            "invalid_grant",
        ),
        ({"verifier": VERIFIER}, replace(CODE, challenge=challenge(VERIFIER, "plain")), None),
        (
            {"verifier": VERIFIER},
            replace(CODE, challenge=challenge(VERIFIER, "S256")),
            "invalid_grant",
        ),
    ],
)
def test_an_exchange_is_judged(change, code, error):
    found = token_rules.refuse_exchange(replace(EXCHANGE, **change), CLIENT, code, now=50.0)
    assert (found and found.error) == error


@given(VERIFIERS, VERIFIERS)
def test_pkce_takes_the_verifier_and_no_other(verifier, other):
    code = replace(CODE, challenge=challenge(token_rules.transform(verifier, "S256"), "S256"))
    good = token_rules.refuse_exchange(replace(EXCHANGE, verifier=verifier), CLIENT, code, 0.0)
    assert good is None
    if other != verifier:
        bad = token_rules.refuse_exchange(replace(EXCHANGE, verifier=other), CLIENT, code, 0.0)
        assert bad.error == "invalid_grant"


def test_pkce_as_in_the_rfc():
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert token_rules.transform(verifier, "S256") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@given(st.dictionaries(st.text(), st.text()), st.text())
def test_no_form_breaks_the_reading(form, header):
    token_rules.parse_exchange(form, header)
