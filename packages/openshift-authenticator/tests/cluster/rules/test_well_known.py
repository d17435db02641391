"""What the cluster may say of its OAuth server, and the sentences for it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openshift_authenticator import errors
from openshift_authenticator.cluster.rules import well_known

URL = "https://api.example/.well-known/oauth-authorization-server"
GOOD = {
    "issuer": "https://oauth.example",
    "authorization_endpoint": "https://oauth.example/oauth/authorize",
    "token_endpoint": "https://oauth.example/oauth/token",
}


def test_a_document_as_recorded():
    where = well_known.parse_answer(200, json.dumps(GOOD).encode(), URL)
    assert where.authorize == "https://oauth.example/oauth/authorize"
    assert where.token == "https://oauth.example/oauth/token"


@pytest.mark.parametrize(
    ("status", "body", "error", "sentence"),
    [
        (200, b"<html>sign in</html>", errors.BadDiscoveryError, "not JSON"),
        (200, b"{}", errors.BadDiscoveryError, "does not say its issuer"),
        (302, b"", errors.BadDiscoveryError, "redirects"),
        (401, b"", errors.NotOpenShiftError, "GenericOAuthenticator"),
        (403, b"", errors.NotOpenShiftError, "GenericOAuthenticator"),
        (404, b"", errors.NotOpenShiftError, "GenericOAuthenticator"),
        (418, b"", errors.ClusterError, "418"),
    ],
)
def test_what_cannot_be_used_is_a_sentence(status, body, error, sentence):
    with pytest.raises(error, match=sentence):
        well_known.parse_answer(status, body, URL)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_trouble_may_pass(status):
    with pytest.raises(errors.ClusterError) as caught:
        well_known.parse_answer(status, b"", URL)
    assert caught.value.temporary


@given(st.integers(200, 599), st.binary())
def test_any_answer_is_endpoints_or_an_error_of_ours(status, body):
    with pytest.raises(errors.LoginError):
        well_known.parse_answer(status, body, URL)
