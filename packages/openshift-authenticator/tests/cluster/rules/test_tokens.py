"""Names and ends of tokens."""

import base64
import hashlib

import pytest

from openshift_authenticator.cluster.rules import tokens


def test_the_name_is_the_hash_of_what_follows_the_prefix():
    # oauth.json: 'sha256~' + base64url(sha256(token after 'sha256~')), without padding
    digest = base64.urlsafe_b64encode(hashlib.sha256(b"abc").digest()).decode().rstrip("=")
    assert tokens.make_name("sha256~abc") == f"sha256~{digest}"
    assert len(tokens.make_name("sha256~abc")) == 50


def test_a_token_of_another_kind_has_no_name():
    assert tokens.make_name("eyJhbGciOi") == ""


@pytest.mark.parametrize(
    ("response", "expiry"),
    [
        ({"obtained_at": 100, "expires_in": 86400}, 86500),
        ({"expires_in": 86400}, 0),
        ({"obtained_at": 100}, 0),
        ({"obtained_at": 100, "expires_in": 0}, 0),
        ({"obtained_at": 100, "expires_in": "86400"}, 0),
    ],
)
def test_when_a_token_ends(response, expiry):
    assert tokens.read_expiry(response) == expiry


def test_a_time_for_people():
    assert tokens.render_time(1_800_000_000) == "2027-01-15T08:00:00Z"
    assert tokens.render_time(0) == ""
