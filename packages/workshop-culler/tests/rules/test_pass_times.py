from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_culler.rules import pass_times

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def after(seconds):
    return NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("dues", "next_end"),
    [((), None), ((None,), None), ((-5, 0), None), ((-5, 70, None, 30), 30)],
)
def test_the_next_end(dues, next_end):
    found = pass_times.find_next_end((d if d is None else after(d) for d in dues), NOW)
    assert found == (None if next_end is None else after(next_end))


@pytest.mark.parametrize(
    ("interval", "took", "until_ends", "rest"),
    [
        (60, 2, (), 58),
        (60, 90, (), 1),
        (60, 2, (None, 300), 58),
        (60, 2, (None, 20), 21),
        (60, 2, (0.1,), 5),
        (1, 0.1, (0.1,), 1),
        (300, 2, (40, 30), 31),
    ],
)
def test_the_rest_after_a_pass(interval, took, until_ends, rest):
    assert pass_times.find_rest(interval, took, until_ends) == rest


@given(st.floats(1, 1e6), st.floats(0, 1e6), st.lists(st.none() | st.floats(-1e6, 1e6), max_size=3))
def test_a_rest_is_never_longer_than_the_interval_and_never_none(interval, took, until_ends):
    rest = pass_times.find_rest(interval, took, until_ends)
    assert 1 <= rest <= max(interval, 1)
    if interval - took > pass_times.LEAST_SECONDS:
        assert rest >= pass_times.LEAST_SECONDS
