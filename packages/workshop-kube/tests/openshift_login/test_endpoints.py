"""Which documents we believe, and the sentences for the others."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kube.openshift_login import endpoints

URL = "https://api.example/.well-known/oauth-authorization-server"
GOOD = {
    "issuer": "https://oauth.example",
    "authorization_endpoint": "https://oauth.example/oauth/authorize",
    "token_endpoint": "https://oauth.example/oauth/token",
}


def test_a_document_as_recorded():
    where = endpoints.parse_body(json.dumps(GOOD).encode(), URL)
    assert where.authorize == "https://oauth.example/oauth/authorize"
    assert where.token == "https://oauth.example/oauth/token"


async def test_the_document_of_a_cluster(cluster, kube):
    from workshop_kube.rules.calls import Call

    answer = await kube.as_owner_of("").send(Call("GET", endpoints.WELL_KNOWN_PATH))
    assert endpoints.parse_endpoints(answer.document, URL).token.startswith(cluster.oauth_url)


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
    with pytest.raises(endpoints.EndpointsError, match=sentence):
        endpoints.parse_body(body, URL)


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
    with pytest.raises(endpoints.EndpointsError, match=name):
        endpoints.parse_endpoints({**GOOD, name: value}, URL)


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint"])
def test_another_host_is_named_and_refused(name):
    with pytest.raises(endpoints.EndpointsError, match=rf"{name} is on evil\.example"):
        endpoints.parse_endpoints({**GOOD, name: "https://evil.example/oauth"}, URL)


def test_nobodys_password_is_part_of_an_address():
    named = {name: url.replace("https://", "https://me:x@") for name, url in GOOD.items()}
    with pytest.raises(endpoints.EndpointsError, match="not a plain https URL"):
        endpoints.parse_endpoints(named, URL)


@given(st.binary(max_size=200))
def test_any_body_is_read_or_refused(body):
    with pytest.raises(endpoints.EndpointsError):
        endpoints.parse_body(body, URL)


@given(st.sampled_from(list(GOOD)), st.text(max_size=40))
def test_whatever_is_believed_is_https_on_one_host(name, value):
    try:
        where = endpoints.parse_endpoints({**GOOD, name: value}, URL)
    except endpoints.EndpointsError:
        return
    assert where.token.startswith("https://oauth.example/")
