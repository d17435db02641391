"""What the hub knows of a person."""

import pytest

from openshift_authenticator.login.rules import login_record

STATE = {
    "access_token": "sha256~x",
    "refresh_token": None,
    "id_token": None,
    "token_response": {"access_token": "sha256~x"},
    "scope": ["user:info"],
    "expires_at": 1_800_000_000,
    "checked_at": 1_700_000_000,
    "openshift_user": {"metadata": {"name": "alice", "uid": "u-1"}},
}


@pytest.mark.parametrize(
    ("state", "info", "uid"),
    [
        (STATE, None, "u-1"),
        (STATE, {"openshift": {"uid": "older"}}, "u-1"),
        (None, {"openshift": {"uid": "u-2"}}, "u-2"),
        ({}, None, ""),
        ({"openshift_user": None}, {"openshift": None}, ""),
        ({"openshift_user": {"metadata": {"uid": 7}}}, None, ""),
    ],
)
def test_the_uid_that_was_learnt(state, info, uid):
    assert login_record.read_uid(state, info) == uid


def test_after_a_logout_the_person_stays_known_and_the_token_does_not():
    rest = login_record.without_token(STATE)
    assert "sha256~x" not in repr(rest)
    assert login_record.read_uid(rest, None) == "u-1"


def test_what_is_kept_in_the_clear_holds_no_token():
    info = login_record.make_user_info(STATE)
    assert info == {"openshift": {"uid": "u-1", "token_expires": "2027-01-15T08:00:00Z"}}


@pytest.mark.parametrize(
    ("state", "token", "scope"),
    [
        (STATE, "sha256~x", ("user:info",)),
        (None, "", ()),
        ({"access_token": 7, "scope": "x"}, "", ()),
    ],
)
def test_reading_the_token(state, token, scope):
    assert login_record.read_token(state) == token
    assert login_record.read_scope(state) == scope


def test_all_tokens_the_current_one_first():
    assert login_record.read_tokens({**STATE, "older_tokens": ["sha256~b", 7]}) == [
        "sha256~x",
        "sha256~b",
    ]
    assert login_record.read_tokens({"older_tokens": "sha256~b"}) == []
    assert login_record.read_tokens(None) == []
