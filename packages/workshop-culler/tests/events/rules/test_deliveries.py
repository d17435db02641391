import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_culler.events.rules import deliveries
from workshop_culler.events.rules.deliveries import Attempt, Outcome, decide_delivery


@pytest.mark.parametrize(
    ("status", "tries", "age", "outcome"),
    [
        (200, 1, 0, Outcome.DELIVERED),
        (204, 99, 1e9, Outcome.DELIVERED),
        (0, 1, 0, Outcome.RETRY),
        (503, 50, 3600, Outcome.RETRY),
        (429, 50, 3600, Outcome.RETRY),
        (302, 4, 0, Outcome.RETRY),
        (302, 5, 0, Outcome.GIVEN_UP),
        (404, 5, 0, Outcome.GIVEN_UP),
        (503, 50, 86400, Outcome.GIVEN_UP),
        (0, 1, 86400, Outcome.GIVEN_UP),
        (100, 1, 0, Outcome.RETRY),
    ],
)
def test_what_is_done_after_a_try(status, tries, age, outcome):
    assert decide_delivery(Attempt(status), tries, age, 0.5).outcome is outcome


def test_pauses_grow_to_a_limit_and_a_receiver_may_ask_for_more():
    def wait(tries, after=0.0):
        return decide_delivery(Attempt(503, "", after), tries, 0, 0.5).wait

    assert [wait(tries) for tries in (1, 2, 3, 50, 5000)] == [2, 4, 8, 300, 300]
    assert (wait(1, 60), wait(1, 1e9)) == (60, 300)


@given(st.integers(0, 999), st.integers(1, 10**6), st.floats(0, 1e9), st.floats(0, 1))
def test_no_pause_is_long_and_no_event_is_tried_for_ever(status, tries, age, chance):
    verdict = decide_delivery(Attempt(status), tries, age, chance)
    assert 0 <= verdict.wait <= 1.25 * deliveries.LONGEST_WAIT
    if age >= deliveries.KEEP_SECONDS:
        assert verdict.outcome is not Outcome.RETRY


@pytest.mark.parametrize(
    ("text", "seconds"), [("30", 30), ("", 0), ("-1", 0), ("Wed, 21 Oct", 0), ("9" * 9, 0)]
)
def test_a_header_that_asks_for_a_pause_is_read(text, seconds):
    assert deliveries.parse_retry_after(text) == seconds
