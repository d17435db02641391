from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.oauth.rules import redirects

HUB = "http://127.0.0.1:8000/hub/oauth_callback"


@pytest.mark.parametrize(
    ("registered", "asked", "good"),
    [
        (HUB, HUB, True),
        (HUB, HUB + "/more", True),
        (HUB, HUB + "?next=1", True),
        ("https://hub.example", "https://hub.example/hub/oauth_callback", True),
        ("https://hub.example/", "https://hub.example", True),
        (HUB, HUB + "2", False),
        (HUB, "http://127.0.0.1:8000/", False),
        (HUB, "http://evil.example/", False),
        (HUB, "https://127.0.0.1:8000/hub/oauth_callback", False),
        (HUB, "http://127.0.0.1:8001/hub/oauth_callback", False),
        (HUB, "http://127.0.0.1/hub/oauth_callback", False),
        (HUB, HUB + "/../../evil", False),
        (HUB, HUB + "/%2e%2e/%2E./evil", False),
        (HUB, HUB + "/..%2fx", False),
        (HUB, HUB + "#x", False),
        (HUB, "http://127.0.0.1:8000@evil.example/hub/oauth_callback", False),
        (HUB, "http://user@127.0.0.1:8000/hub/oauth_callback", False),
        (HUB, "http://evil.example\\@127.0.0.1:8000/hub/oauth_callback", False),
        (HUB, "http://127.0.0.1:x/hub", False),
        (HUB, HUB + "/\r\nSet-Cookie: a=b", False),
        (HUB, HUB + "/ü", False),
        (HUB, HUB + "/ x", False),
        (HUB, "javascript:alert(1)", False),
        (HUB, "//127.0.0.1:8000/hub/oauth_callback", False),
        ("http://127.0.0.1/callback", "http://127.0.0.1:43211/callback", True),
        ("http://[::1]/callback", "http://[::1]:43211/callback", True),
        ("http://127.0.0.1/callback", "http://127.0.0.1.evil.example:1/callback", False),
        ("http://example.org/callback", "http://example.org:43211/callback", False),
        ("", "", False),
    ],
)
def test_a_redirect_must_be_registered(registered, asked, good):
    assert redirects.matches(registered, asked) is good


@given(st.text(), st.text())
def test_no_text_breaks_the_matching(registered, asked):
    redirects.matches(registered, asked)
    redirects.stays_here(asked)


@given(st.from_regex(r"[a-z0-9.@:\\/-]{0,20}", fullmatch=True))
def test_what_matches_is_on_the_registered_host(rest):
    asked = "http://127.0.0.1:8000" + rest
    if redirects.matches(HUB, asked):
        parts = urlsplit(asked)
        assert (parts.hostname, parts.port) == ("127.0.0.1", 8000)


@pytest.mark.parametrize(
    ("registered", "asked", "chosen"),
    [
        ((HUB,), "", HUB),
        ((HUB, "http://b.example"), "", None),
        ((HUB, "http://b.example"), "http://b.example/x", "http://b.example/x"),
        ((HUB,), "http://evil.example/", None),
        ((), "", None),
    ],
)
def test_the_only_redirect_is_the_default(registered, asked, chosen):
    assert redirects.choose(registered, asked) == chosen


def test_parameters_are_added_in_order():
    made = redirects.with_query(
        "http://a.example/cb?z=1&state=old", {"state": "n w", "code": "a~b"}
    )
    assert made == "http://a.example/cb?code=a~b&state=n+w&z=1"


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_parameters_arrive_as_they_were(values):
    found = parse_qs(urlsplit(redirects.with_query(HUB, values)).query, keep_blank_values=True)
    assert {name: only for name, (only,) in found.items()} == values


@pytest.mark.parametrize(
    ("then", "stays"),
    [
        ("/oauth/authorize?x=1", True),
        ("/", True),
        ("", False),
        ("oauth/authorize", False),
        ("//evil.example/", False),
        ("/\\evil.example/", False),
        ("https://evil.example/", False),
        ("/a\nb", False),
        ("/ü", False),
        ("\t//evil.example", False),
    ],
)
def test_then_stays_on_this_server(then, stays):
    assert redirects.stays_here(then) is stays


@pytest.mark.parametrize(
    ("then", "whole"),
    [
        ("../authorize?x=1", "/oauth/authorize?x=1"),
        ("/oauth/authorize?x=1", "/oauth/authorize?x=1"),
        ("/oauth/authorize", None),
        ("/login?then=/", None),
        ("../../logout?", None),
        ("https://evil.example/oauth/authorize?x=1", None),
        ("//evil.example/oauth/authorize?x=1", None),
        ("http://[", None),
        ("", None),
    ],
)
def test_a_login_goes_on_where_it_began(then, whole):
    assert redirects.resume("/oauth/authorize/approve", then) == whole
