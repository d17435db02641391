"""Which documents we believe, and the sentences for the others."""

import json
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openshift_authenticator import errors
from openshift_authenticator.cluster.rules import endpoints

URL = "https://api.example/.well-known/oauth-authorization-server"
GOOD = {
    "issuer": "https://oauth.example",
    "authorization_endpoint": "https://oauth.example/oauth/authorize",
    "token_endpoint": "https://oauth.example/oauth/token",
}


def judge(document):
    return endpoints.parse_endpoints(json.dumps(document).encode(), URL)


def test_a_document_as_recorded():
    where = judge(GOOD)
    assert where.authorize == "https://oauth.example/oauth/authorize"
    assert where.token == "https://oauth.example/oauth/token"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"<html>sign in</html>", "not JSON"),
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "no object"),
        (b"{}", "does not say its issuer"),
    ],
)
def test_a_body_that_is_no_document(body, sentence):
    with pytest.raises(errors.BadDiscoveryError, match=sentence):
        endpoints.parse_endpoints(body, URL)


@pytest.mark.parametrize("name", list(GOOD))
@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        "",
        "http://oauth.example/oauth",
        "https://",
        "https://[",
        "https://oauth.example:0x50/",
        "https://me:secret@oauth.example/",
        "https://oauth.example/a b",
        "https://evil.example\\@oauth.example/",
        "javascript:alert(1)",
    ],
)
def test_a_field_that_is_no_plain_https_address(name, value):
    with pytest.raises(errors.BadDiscoveryError, match=name):
        judge({**GOOD, name: value})


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint"])
def test_another_host_is_named_and_refused(name):
    with pytest.raises(errors.BadDiscoveryError, match=rf"{name} is on evil\.example"):
        judge({**GOOD, name: "https://evil.example/oauth"})


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_cluster_without_an_oauth_server_is_told_so(status):
    with pytest.raises(errors.NotOpenShiftError, match="GenericOAuthenticator"):
        endpoints.check_status(status, URL)


@pytest.mark.parametrize(("status", "temporary"), [(429, True), (500, True), (503, True)])
def test_trouble_may_pass(status, temporary):
    with pytest.raises(errors.ClusterError) as caught:
        endpoints.check_status(status, URL)
    assert caught.value.temporary is temporary


def test_a_redirect_is_not_followed():
    with pytest.raises(errors.BadDiscoveryError, match="redirects"):
        endpoints.check_status(302, URL)


anything = st.text() | st.integers() | st.none() | st.sampled_from([*GOOD.values()])


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from([*GOOD, "other"]), anything) | st.binary())
def test_any_document_is_endpoints_on_one_host_or_a_sentence(document):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    try:
        where = endpoints.parse_endpoints(body, URL)
    except errors.BadDiscoveryError:
        return
    hosts = {urlsplit(url).hostname for url in (where.issuer, where.authorize, where.token)}
    assert len(hosts) == 1
    assert where.authorize.startswith("https://")
