"""How much of a program's output one turn of the event loop takes."""

import pytest

from jupyterhub_butterfly.rules import text, turns


@pytest.mark.parametrize(
    ("typed_in", "seconds", "terminal", "expected"),
    [
        (None, 0, 1, turns.LARGE),
        (1, 0.1, 1, turns.LARGE),  # the flood is one's own: nobody else waits
        (1, 0.1, 2, turns.SMALL),
        (1, turns.TYPING_SECONDS - 0.1, 2, turns.SMALL),
        (1, turns.TYPING_SECONDS + 0.1, 2, turns.LARGE),
    ],
)
def test_pieces_are_small_while_somebody_types_elsewhere(typed_in, seconds, terminal, expected):
    now = 100.0
    some = turns.Turns(lambda: now)
    if typed_in is not None:
        some.record_key(typed_in)
    now += seconds
    assert some.choose(terminal) == expected


def test_the_last_key_counts():
    some = turns.Turns(lambda: 100.0)
    some.record_key(1)
    some.record_key(2)
    assert (some.choose(1), some.choose(2)) == (turns.SMALL, turns.LARGE)


def test_a_turn_is_no_larger_than_a_message():
    assert turns.LARGE <= text.LARGEST_MESSAGE
