"""What the cluster's answers mean for a login, in tables."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyterhub_butterfly.rules import openshift_login as rules

GOOD = {
    "issuer": "https://oauth.example",
    "authorization_endpoint": "https://oauth.example/oauth/authorize",
    "token_endpoint": "https://OAUTH.example/oauth/token",
}


def test_the_challenge_is_that_of_the_standard():
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B
    assert rules.make_challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({}, None),
        ({"issuer": None}, "names no issuer"),
        ({"token_endpoint": "http://oauth.example/token"}, "names no token_endpoint"),
        ({"token_endpoint": "https://[oauth"}, "names no token_endpoint"),
        ({"authorization_endpoint": "https://a@oauth.example/"}, "no authorization_endpoint"),
        ({"authorization_endpoint": "https://evil.example/"}, "several hosts"),
        ({"token_endpoint": 7}, "names no token_endpoint"),
    ],
)
def test_where_to_log_in(change, wrong):
    found = rules.problem_with_discovery({**GOOD, **change})
    assert found is None if wrong is None else wrong in found


@given(st.dictionaries(st.sampled_from(sorted(GOOD)), st.text() | st.none() | st.integers()))
def test_any_document_is_a_sentence_or_endpoints(document):
    found = rules.problem_with_discovery(document)
    assert found is None or found.endswith((".", "?"))


@pytest.mark.parametrize(
    ("target", "prefix", "goes"),
    [
        ("/terminal/session/1", "/", "/terminal/session/1"),
        ("/user/ada/x?y=1", "/user/ada/", "/user/ada/x?y=1"),
        ("/user/bob/", "/user/ada/", "/user/ada/"),
        ("//evil.example/", "/", "/"),
        ("/\\evil.example/", "/", "/"),
        ("/\t/evil.example/", "/", "/"),
        ("https://evil.example/", "/", "/"),
        ("javascript:alert(1)", "/", "/"),
        ("", "/", "/"),
    ],
)
def test_where_to_go_on(target, prefix, goes):
    assert rules.find_return_path(target, prefix) == goes


@pytest.mark.parametrize(
    ("error", "description", "said"),
    [
        ("access_denied", "scope denied: user:full", "does not give"),
        ("access_denied", "", "did not allow"),
        ("server_error", "", "at the moment"),
        ("x", "<script>", "sent you back with an error"),
    ],
)
def test_a_refusal_is_explained(error, description, said):
    assert said in rules.explain_error(error, description)


@pytest.mark.parametrize(
    ("document", "allowed"),
    [
        ({"status": {"allowed": True}}, True),
        ({"status": {"allowed": False}}, False),
        ({"status": {"allowed": "yes"}}, None),
        ({"status": None}, None),
        ({}, None),
    ],
)
def test_a_review_says_yes_or_no_or_nothing(document, allowed):
    assert rules.read_review(document) is allowed


def test_a_review_asks_for_the_project():
    spec = rules.make_review("lab")["spec"]["resourceAttributes"]
    assert (spec["namespace"], spec["verb"], spec["resource"]) == ("lab", "create", "rolebindings")


@pytest.mark.parametrize(
    ("document", "name"),
    [({"metadata": {"name": "ada"}}, "ada"), ({"metadata": {"name": 7}}, ""), ({}, "")],
)
def test_whose_token_it_is(document, name):
    assert rules.read_name(document) == name


def test_the_name_of_a_token():
    name = rules.make_token_name("sha256~abc")
    assert name == "sha256~ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"
    assert rules.make_token_name("abc") == ""


def test_each_login_has_a_cookie_of_its_own():
    names = [rules.make_cookie_name("x", state, now=1e9) for state in ("a", "b", "\xe9")]
    assert all(re.fullmatch(r"x-[0-9a-f]{12}-[0-9a-f]{16}", name) for name in names)
    assert rules.find_cookie("x", "b", ["other", *names]) == names[1]
    assert rules.find_cookie("x", "c", names) == ""


def test_the_oldest_make_room():
    many = [rules.make_cookie_name("x", "abc", 1e9 + number) for number in range(7)]
    assert rules.find_surplus("x", ["other", *reversed(many)]) == many[:3]
    assert rules.find_surplus("x", many[:2]) == []


def test_what_a_cookie_holds():
    assert rules.read_kept(None) == {}
    assert rules.read_kept(b'{"state": "s"}') == {"state": "s", "verifier": "", "next": ""}


def test_nobody_is_believed_for_ever():
    assert rules.is_still_trusted(0, rules.TOLERANCE_SECONDS)
    assert not rules.is_still_trusted(0, rules.TOLERANCE_SECONDS + 1)


def test_pauses_grow_and_end():
    assert [rules.make_pause(n) for n in (1, 2, 3)] == [1, 2, 4]
    assert rules.make_pause(10_000) == rules.LONGEST_PAUSE
