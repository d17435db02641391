"""Whether a request is sent again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kube.rules import answers, retries

SLOW = answers.Answer(429, {"retry-after": "7"}, document={"kind": "Status"})
BROKEN = answers.Answer(500, document={"kind": "Status"})
LOST = answers.Answer(0)
CONFLICT = answers.Answer(409, document={"kind": "Status", "reason": "Conflict"})
FIRM = answers.Answer(404, document={"kind": "Status"})


def decide(answer, patience=None, **more):
    words = {"tries": 1, "elapsed": 0.0, "chance": 0.5, **more}
    return retries.decide_retry(answer, patience or retries.Patience(), **words).wait


@pytest.mark.parametrize("answer", [SLOW, BROKEN, LOST])
def test_what_may_pass_is_tried_again(answer):
    assert decide(answer) > 0


def test_what_is_firm_is_not():
    assert decide(FIRM) is None
    assert decide(CONFLICT) is None
    assert decide(CONFLICT, is_post=True) > 0


def test_the_server_is_heard():
    assert decide(SLOW) == 7
    assert decide(SLOW, elapsed=25) is None


def test_time_and_number_are_bounded():
    assert decide(LOST, tries=10) is None
    assert decide(LOST, elapsed=30) is None
    assert decide(LOST, retries.ONCE) is None


def test_what_may_not_be_done_twice_is_sent_again_only_if_it_was_not_done():
    assert decide(LOST, is_repeatable=False) is None
    assert decide(BROKEN, is_repeatable=False) is None
    assert decide(SLOW, is_repeatable=False) == 7


@given(st.integers(1, 10**6), st.floats(0, 1))
def test_waits_grow_within_bounds(failures, chance):
    patience = retries.Patience()
    wait = retries.make_wait(patience, failures, chance)
    assert patience.first_wait * 0.5 <= wait <= patience.longest_wait
    assert wait <= retries.make_wait(patience, failures + 1, chance)
