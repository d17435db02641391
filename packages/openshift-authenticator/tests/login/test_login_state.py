"""A state is unguessable, good once, and forgotten in time."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openshift_authenticator.login import login_state


def test_states_are_long_and_never_the_same():
    made = {login_state.make_state() for _ in range(100)}
    assert len(made) == 100
    assert min(map(len, made)) >= 32


def test_a_state_is_good_once():
    replay_cache = login_state.ReplayCache()
    assert replay_cache.spend("a", 0)
    assert not replay_cache.spend("a", 1)
    assert replay_cache.spend("b", 2)


def test_a_spent_state_is_remembered_as_long_as_its_cookie_lives():
    replay_cache = login_state.ReplayCache()
    replay_cache.spend("a", 0)
    assert not replay_cache.spend("a", login_state.LIFETIME_SECONDS)
    assert replay_cache.spend("b", login_state.LIFETIME_SECONDS + 1)


def test_the_cache_is_bounded(monkeypatch):
    monkeypatch.setattr(login_state, "MOST_SPENT", 10)
    replay_cache = login_state.ReplayCache()
    for number in range(100):
        assert replay_cache.spend(str(number), 0)
    assert len(replay_cache) <= 10


def encode(text):
    return base64.urlsafe_b64encode(text).decode()


@pytest.mark.parametrize(
    "text",
    ["", "\xe9", "x", "bnVsbA==", "W10=", encode(b"{}"), encode(b'{"state_id": 1}'), "e" * 99_999],
)
def test_a_state_from_the_address_may_be_anything(text):
    assert login_state.read_state(text) == ""


def test_a_deep_state_is_no_state():
    assert login_state.read_state(encode(b"[" * 100_000)) == ""


@given(st.text())
def test_any_text_is_read_without_an_error(text):
    assert isinstance(login_state.read_state(text), str)


def test_a_state_comes_back():
    assert login_state.read_state(encode(b'{"state_id": "abc"}')) == "abc"
