"""When tokens end."""

import pytest

from openshift_authenticator.cluster.rules import tokens


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
