"""Places and the queue before them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

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


def test_who_waits_for_a_workshop_reads_which():
    words = "All 5 places of Git basics are taken; 1 before you (number 2 in the queue)."
    assert capacity.render_full(5, 2, "Git basics") == words


def ask(queue, name, workshop, now, *, active=0, limit=0, **free):
    return queue.enter_or_wait(name, active, limit, now, workshop=workshop, free=free)


def test_a_full_workshop_has_a_queue_of_its_own():
    queue = capacity.Queue()
    assert ask(queue, "a", "git", 0, git=0) == capacity.QueueVerdict(1, of_workshop=True)
    assert ask(queue, "b", "git", 1, git=0) == capacity.QueueVerdict(2, of_workshop=True)
    assert ask(queue, "c", "go", 2, git=0, go=1).enters, "nobody of git is before them"
    assert ask(queue, "d", "", 3, git=0).enters
    assert ask(queue, "b", "git", 4, git=1) == capacity.QueueVerdict(2, of_workshop=True)
    assert ask(queue, "a", "git", 5, git=1).enters


def test_a_full_hub_has_one_queue_for_all():
    queue = capacity.Queue()
    assert ask(queue, "a", "git", 0, active=2, limit=2, git=1) == capacity.QueueVerdict(1)
    assert ask(queue, "b", "go", 1, active=2, limit=2) == capacity.QueueVerdict(2)
    # The one free place is for `a`; once git is full by itself, it is for `b`.
    assert ask(queue, "b", "go", 2, active=1, limit=2, git=1) == capacity.QueueVerdict(2)
    assert ask(queue, "b", "go", 3, active=1, limit=2, git=0).enters


def test_who_changes_their_mind_waits_for_the_other():
    queue = capacity.Queue()
    ask(queue, "a", "git", 0, git=0)
    assert ask(queue, "a", "go", 1, git=0).enters
    assert not queue.waiting
    assert not queue.wanted


def test_places_that_are_free():
    capacities, running = {"git": 2, "go": 0, "rust": 1}, ["git", "go", "old", "rust", "rust"]
    assert capacity.count_free(capacities, running) == {"git": 1, "rust": -1}


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


class Room(RuleBasedStateMachine):
    """A hub of two workshops with a capacity and one without, asked by ten people."""

    def __init__(self):
        super().__init__()
        self.queue, self.inside, self.now = capacity.Queue(), {}, 0.0

    @rule(who=st.sampled_from("abcdefghij"), workshop=st.sampled_from(["git", "go", "free"]))
    def ask(self, who, workshop):
        if who in self.inside:
            return
        self.now += 1
        free = capacity.count_free(CAPACITIES, self.inside.values())
        longer = [one for one in self.queue.waiting if one != who]
        if who in self.queue.waiting:
            longer = longer[: list(self.queue.waiting).index(who)]
        wanted, room = dict(self.queue.wanted), LIMIT - len(self.inside)
        verdict = self.queue.enter_or_wait(
            who, len(self.inside), LIMIT, self.now, workshop=workshop, free=free
        )
        if verdict.enters:
            same = [one for one in longer if wanted[one] == workshop]
            assert len(same) < min(room, free.get(workshop, LIMIT)), "nobody is overtaken"
            self.inside[who] = workshop
        elif not longer:
            assert room <= 0 or free.get(workshop, 1) <= 0, (
                "who is first enters where there is room"
            )

    @rule(who=st.sampled_from("abcdefghij"))
    def leave(self, who):
        self.inside.pop(who, None)

    @rule()
    def wait_a_while(self):
        self.now += capacity.PATIENCE / 2

    @invariant()
    def nothing_is_overfull(self):
        assert len(self.inside) <= LIMIT
        free = capacity.count_free(CAPACITIES, self.inside.values())
        assert min(free.values()) >= 0
        assert self.queue.waiting.keys() == self.queue.wanted.keys()


LIMIT, CAPACITIES = 4, {"git": 2, "go": 3, "free": 0}
TestRoom = pytest.mark.stateful(Room.TestCase)
