"""Places and the queue before them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_spawner.rules import capacity


def test_without_a_limit_everybody_enters():
    queue = capacity.Queue()
    assert queue.enter_or_wait("a", 10_000, 0, 0).enters
    assert not queue.waiting


def test_places_go_to_who_came_first():
    queue = capacity.Queue()
    assert queue.enter_or_wait("a", 0, 1, 0).enters
    assert queue.enter_or_wait("b", 1, 1, 1).place == 1
    assert queue.enter_or_wait("c", 1, 1, 2).place == 2
    assert queue.enter_or_wait("c", 0, 1, 3).place == 2, "the free place is for b"
    assert queue.enter_or_wait("b", 0, 1, 4).enters
    assert queue.enter_or_wait("c", 1, 1, 5).place == 1


def test_who_no_longer_asks_has_left():
    queue = capacity.Queue()
    queue.enter_or_wait("b", 1, 1, 0)
    assert queue.enter_or_wait("c", 0, 1, capacity.PATIENCE - 1).place == 2
    assert queue.enter_or_wait("c", 0, 1, capacity.PATIENCE).enters


@pytest.mark.parametrize(
    ("limit", "place", "words"),
    [
        (60, 1, "All 60 places are taken; you are next (number 1 in the queue)."),
        (60, 3, "All 60 places are taken; 2 before you (number 3 in the queue)."),
        (1, 1, "The only place is taken; you are next (number 1 in the queue)."),
    ],
)
def test_what_who_waits_reads(limit, place, words):
    assert capacity.render_full(limit, place) == words


@given(
    st.integers(1, 4),
    st.lists(st.tuples(st.sampled_from("abcdef"), st.booleans()), max_size=80),
)
def test_never_too_many_and_never_out_of_turn(limit, events):
    """Each event: somebody asks, or (True) somebody who is in leaves."""
    queue, inside, now = capacity.Queue(), [], 0.0
    for who, leaves in events:
        now += 1
        if leaves:
            inside = inside[1:]
        elif who not in inside:
            before = [name for name in queue.waiting if name != who]
            ahead = (
                list(queue.waiting)[: list(queue.waiting).index(who)]
                if (who in queue.waiting)
                else before
            )
            if queue.enter_or_wait(who, len(inside), limit, now).enters:
                assert len(ahead) < limit - len(inside), "nobody is overtaken"
                inside.append(who)
        assert len(inside) <= limit
