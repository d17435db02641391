"""Waiting for what gives no event."""

import pytest

from waiting import until, until_so


def make_condition(*answers):
    """A condition that says these things in turn."""
    left = iter(answers)
    return lambda: next(left)


def test_it_waits_for_the_first_answer_that_is_true():
    assert until(make_condition(0, "", [], "yes", "no"), pause=0) == "yes"


def test_it_gives_up_and_says_what_it_saw():
    with pytest.raises(AssertionError, match=r"within 0 s; it last said \[\]"):
        until(lambda: [], seconds=0, pause=0)


async def test_a_loop_waits_for_functions_and_coroutines_alike():
    condition = make_condition(0, "yes", 0, "again")

    async def ask():
        return condition()

    assert await until_so(condition, pause=0) == "yes"
    assert await until_so(ask, pause=0) == "again"
    with pytest.raises(AssertionError, match="it last said None"):
        await until_so(lambda: None, seconds=0, pause=0)
