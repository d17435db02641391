"""How long nobody asks, and who is believed meanwhile."""

from hypothesis import given
from hypothesis import strategies as st

from workshop_kube.openshift_login import tolerance


def test_a_login_is_believed_for_an_hour():
    assert tolerance.is_tolerated(0, 3600)
    assert not tolerance.is_tolerated(0, 3601)
    assert not tolerance.is_tolerated(0, 11, tolerance=10)


def test_a_clock_that_was_set_back_is_no_free_pass():
    assert not tolerance.is_tolerated(10_000, 0)


@given(st.integers(1, 10**6))
def test_pauses_grow_within_bounds(failures):
    pause = tolerance.make_pause(failures)
    assert tolerance.FIRST_PAUSE <= pause <= tolerance.LONGEST_PAUSE
    assert pause <= tolerance.make_pause(failures + 1)
