"""A hand-over opens with its key, in its pod, unchanged; and in no other way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_launch import sealing

KEY = sealing.make_key()


@given(st.binary(max_size=200), st.uuids().map(str))
def test_what_is_sealed_for_a_pod_opens_there(text, pod):
    message = sealing.seal(text, KEY, pod)
    assert sealing.open_sealed(message, KEY, pod) == text


@given(st.data())
def test_a_message_that_was_changed_anywhere_does_not_open(data):
    message = bytearray(sealing.seal(b"the token", KEY, "u-1"))
    message[data.draw(st.integers(0, len(message) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(sealing.SealError):
        sealing.open_sealed(bytes(message), KEY, "u-1")


@pytest.mark.parametrize("pod", ["u-2", "", "u-1\0"])
def test_it_does_not_open_in_another_pod(pod):
    with pytest.raises(sealing.SealError):
        sealing.open_sealed(sealing.seal(b"x", KEY, "u-1"), KEY, pod)


def test_it_does_not_open_with_another_key():
    with pytest.raises(sealing.SealError):
        sealing.open_sealed(sealing.seal(b"x", KEY, "u-1"), sealing.make_key(), "u-1")


@given(st.binary(max_size=60))
def test_any_bytes_do_not_open(message):
    with pytest.raises(sealing.SealError):
        sealing.open_sealed(message, KEY, "u-1")


def test_a_message_shows_nothing_and_none_is_like_another():
    one, other = sealing.seal(b"the token", KEY, "u"), sealing.seal(b"the token", KEY, "u")
    assert b"token" not in one
    assert one != other
