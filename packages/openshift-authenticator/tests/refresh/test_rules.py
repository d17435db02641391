"""What a refresh comes to, in words; and that no login is believed for ever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openshift_authenticator.refresh import rules
from openshift_authenticator.refresh.rules import (
    CircuitBreaker,
    LoginRecord,
    RefreshLimits,
    RefreshVerdict,
)

NOW = 1_000_000.0
LIMITS = RefreshLimits(refresh_age=300, tolerance=3600)
FINE = CircuitBreaker()
STORM = CircuitBreaker(failures=3, quiet_until=NOW + 4)


def seen(ago, **more):
    return LoginRecord(has_token=True, checked_at=NOW - ago, **more)


BEFORE = {
    "no token: log in again": (LoginRecord(), FINE, RefreshVerdict.LOGIN_AGAIN),
    "the token is known to have ended": (
        seen(600, expires_at=NOW),
        FINE,
        RefreshVerdict.LOGIN_AGAIN,
    ),
    "the token ends later": (seen(600, expires_at=NOW + 1), FINE, RefreshVerdict.ASK),
    "its end was never said": (seen(600), FINE, RefreshVerdict.ASK),
    "checked a moment ago: not again": (seen(59), FINE, RefreshVerdict.KEEP),
    "checked a minute ago": (seen(60), FINE, RefreshVerdict.ASK),
    "checked in the future (the clock was set back)": (seen(-900), FINE, RefreshVerdict.ASK),
    "the cluster is in trouble, seen lately: not asked": (seen(600), STORM, RefreshVerdict.KEEP),
    "not seen for too long: asked even so": (seen(3601), STORM, RefreshVerdict.ASK),
    "the trouble may be over": (seen(600), CircuitBreaker(3, NOW), RefreshVerdict.ASK),
}


@pytest.mark.parametrize(("record", "circuit", "verdict"), BEFORE.values(), ids=BEFORE)
def test_before_asking(record, circuit, verdict):
    assert rules.decide_before(record, circuit, LIMITS, NOW) is verdict


AFTER = {
    "401 is a firm no": (401, 10, RefreshVerdict.LOGIN_AGAIN),
    "403 is put up with": (403, 600, RefreshVerdict.KEEP),
    "404 is put up with": (404, 600, RefreshVerdict.KEEP),
    "429 is put up with": (429, 600, RefreshVerdict.KEEP),
    "500 is put up with": (500, 600, RefreshVerdict.KEEP),
    "503 is put up with": (503, 600, RefreshVerdict.KEEP),
    "no answer is put up with": (None, 600, RefreshVerdict.KEEP),
    "just within the tolerance": (None, 3600, RefreshVerdict.KEEP),
    "no answer for too long": (None, 3601, RefreshVerdict.LOGIN_AGAIN),
    "403 for too long": (403, 3601, RefreshVerdict.LOGIN_AGAIN),
    "checked in a far future: the clock was wrong": (503, -3601, RefreshVerdict.LOGIN_AGAIN),
}


@pytest.mark.parametrize(("status", "ago", "verdict"), AFTER.values(), ids=AFTER)
def test_a_failure(status, ago, verdict):
    assert rules.decide_after_failure(status, seen(ago), LIMITS, NOW) is verdict


@given(
    st.sampled_from([401, 403, 404, 429, 500, 502, 503, 504, None]),
    st.floats(0, 1e6),
    st.floats(0, 1e5),
)
def test_nobody_is_believed_longer_than_the_tolerance(status, ago, tolerance):
    limits = RefreshLimits(300, tolerance)
    verdict = rules.decide_after_failure(status, seen(ago), limits, NOW)
    # seen() itself rounds: stay clear of the edge.
    if ago > tolerance + 1:
        assert verdict is RefreshVerdict.LOGIN_AGAIN


def test_the_pauses_grow_and_end():
    circuit, pauses, now = FINE, [], NOW
    for _ in range(20):
        circuit = rules.after_failure(circuit, now, None)
        pauses.append(circuit.quiet_until - now)
        now = circuit.quiet_until
    assert pauses[:5] == [1, 2, 4, 8, 16]
    assert max(pauses) == 60
    assert rules.after_success() == FINE


def test_ten_that_fail_together_are_one_failure():
    circuit = FINE
    for _ in range(10):
        circuit = rules.after_failure(circuit, NOW, None)
    assert circuit == CircuitBreaker(1, NOW + 1)
    assert rules.after_failure(circuit, NOW, 30).quiet_until == NOW + 30


def test_the_cluster_may_name_the_pause_within_reason():
    assert rules.after_failure(FINE, NOW, 30).quiet_until == NOW + 30
    assert rules.after_failure(FINE, NOW, 1e9).quiet_until == NOW + 600


@pytest.mark.parametrize(
    ("state", "record"),
    [
        (None, LoginRecord()),
        ({}, LoginRecord()),
        ({"token_response": "x", "expires_at": "soon", "checked_at": None}, LoginRecord()),
        ({"token_response": {"access_token": ""}, "checked_at": -5}, LoginRecord()),
        (
            {"token_response": {"access_token": "t"}, "expires_at": 9, "checked_at": 8.5},
            LoginRecord(True, 9, 8.5),
        ),
    ],
)
def test_reading_an_auth_state(state, record):
    assert rules.read_record(state) == record
