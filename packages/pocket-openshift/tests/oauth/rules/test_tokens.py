import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.oauth.rules import authorize_rules, token_rules, tokens

ALICE = tokens.TokenUser("alice", "u1")
REQUEST = authorize_rules.Authorize("rec-client", "code", "http://a", "s", "user:info")


def test_a_token_is_kept_under_its_hash():
    # echo -n abc | openssl dgst -sha256 -binary | base64, the URL's alphabet, no padding
    assert tokens.name_of("sha256~abc") == "sha256~ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"


@pytest.mark.parametrize("text", ["", "sha256~", "abc", "eyJhbGciOi.J9.x", "sha256-abc"])
def test_what_cannot_be_a_token_has_no_name(text):
    assert tokens.name_of(text) is None


def test_tokens_differ_and_do_not_show_in_their_names():
    made = {tokens.make_token() for _ in range(100)}
    assert len(made) == 100
    assert all(len(token) == 50 and tokens.name_of(token) != token for token in made)


def kept(seconds, created="2026-01-01T00:00:00Z"):
    return {
        "metadata": {"name": "n", "creationTimestamp": created},
        "expiresIn": seconds,
        "userUID": "u1",
    }


START = 1_767_225_600.0
USER = {"metadata": {"uid": "u1"}}


@pytest.mark.parametrize(
    ("token", "user", "now", "good"),
    [
        (kept(60), USER, START + 59.9, True),
        (kept(60), USER, START + 60, False),
        (kept(0), USER, START + 1e9, True),
        (None, USER, START, False),
        (kept(60), None, START, False),
        (kept(60), {"metadata": {"uid": "u2"}}, START, False),
    ],
)
def test_a_token_speaks_for_its_user_while_it_lasts(token, user, now, good):
    assert tokens.is_valid_access(token, user, now) is good


def test_a_code_is_read_back():
    request = authorize_rules.Authorize(
        "c", "code", "http://a", challenge=authorize_rules.Challenge("x" * 43, "S256")
    )
    made = tokens.make_code_object("sha256~c", ALICE, request, ["user:info"])
    made["metadata"]["creationTimestamp"] = "2026-01-01T00:00:00Z"
    found = tokens.parse_code(made)
    assert found == token_rules.Code(
        "c", "http://a", START + 300, authorize_rules.Challenge("x" * 43, "S256")
    )


def test_the_secret_half_is_in_no_object():
    code, token = tokens.make_token(), tokens.make_token()
    made = tokens.make_code_object(code, ALICE, REQUEST, ["user:info"])
    access = tokens.make_access_object(token, made, 60)
    text = json.dumps([made, access])
    assert code not in text
    assert token not in text
    assert access["authorizeToken"] == made["metadata"]["name"]


@given(st.lists(st.sampled_from(["user:info", "user:full"])))
def test_an_approval_is_named_after_both(given_scopes):
    made = tokens.make_approval(ALICE, "system:serviceaccount:ns:hub", given_scopes)
    assert made["metadata"]["name"] == "alice:system:serviceaccount:ns:hub"
    assert made["scopes"] == given_scopes
