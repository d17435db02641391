import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.client import retries

PATIENCE = retries.Patience(total=30, first=0.1, most=5)


@pytest.mark.parametrize("status", [None, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(status):
    assert retries.find_pause(retries.Failure(status), PATIENCE, 1, 0, 1.0) == pytest.approx(0.1)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 422])
def test_a_firm_answer_is_not(status):
    assert retries.find_pause(retries.Failure(status), PATIENCE, 1, 0, 1.0) is None


def test_the_server_says_how_long_to_wait():
    assert retries.find_pause(retries.Failure(429, 3), PATIENCE, 1, 0, 0.0) == 3
    assert retries.find_pause(retries.Failure(429, 60), PATIENCE, 1, 0, 0.0) is None


@given(st.integers(1, 1000), st.floats(0, 1), st.floats(0, 40))
def test_the_sum_is_bounded(attempt, luck, elapsed):
    wait = retries.find_pause(retries.Failure(500), PATIENCE, attempt, elapsed, luck)
    assert wait is None or (0 < wait <= 5 and elapsed + wait <= 30)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("2", 2), ("0.5", 0.5), ("-1", 0), (None, None), ("", None), ("soon", None)],
)
def test_the_header(text, seconds):
    assert retries.parse_retry_after(text) == seconds
