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
    assert capacity.render_full(capacity.Cap("", limit), place) == words


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


EVERYBODY, GPU = capacity.Cap("", 2), capacity.Cap("profile/gpu", 1)


def test_who_waits_for_a_profile_holds_no_place_of_others():
    queues = capacity.Queues()
    assert queues.enter_or_wait("a", {EVERYBODY: 0, GPU: 1}, 0).cap is GPU
    assert queues.enter_or_wait("b", {EVERYBODY: 1}, 1).enters
    assert queues.enter_or_wait("c", {EVERYBODY: 2}, 2).cap is EVERYBODY
    # The GPU is free by now, the hub is full: a waits there, too, and keeps its turn for the GPU.
    assert queues.enter_or_wait("a", {EVERYBODY: 2, GPU: 0}, 3).place == 2
    assert queues.enter_or_wait("d", {EVERYBODY: 0, GPU: 0}, 4).place == 3
    assert queues.enter_or_wait("c", {EVERYBODY: 1}, 5).enters
    assert queues.enter_or_wait("a", {EVERYBODY: 1, GPU: 0}, 6).enters


@pytest.mark.parametrize(
    ("profile", "groups", "keys"),
    [
        ("", [], []),
        ("plain", ["b"], []),
        ("gpu", ["a", "c", "a"], ["profile/gpu", "group/a", "group/c"]),
    ],
)
def test_a_session_counts_towards_the_limits_of_its_profile_and_groups(profile, groups, keys):
    caps = capacity.list_caps(profile, groups, {"gpu": 1}, {"a": 2, "c": 3})
    assert [cap.key for cap in caps] == keys


@pytest.mark.parametrize("text", [None, "", "x", "{}", "3", '"ab"'])
def test_an_annotation_that_nobody_can_read_names_no_limit(text):
    assert capacity.read_keys(text) == frozenset()
    assert capacity.read_keys('["group/a"]') == {"group/a"}


def test_a_pod_counts_towards_its_workshop_and_what_it_was_started_by():
    assert capacity.list_keys("", None) == frozenset()
    assert capacity.list_keys("git", '["group/a"]') == {"workshop/git", "group/a"}


def test_who_chooses_another_workshop_no_longer_waits_for_the_first():
    git, go = (capacity.make_workshop_cap(name, name.title(), 1) for name in ("git", "go"))
    queues = capacity.Queues()
    assert capacity.render_full(git, queues.enter_or_wait("ann", {git: 1}, 0).place) == (
        "The only place of Git is taken; you are next (number 1 in the queue)."
    )
    assert queues.enter_or_wait("bob", {git: 1}, 1).place == 2
    assert queues.enter_or_wait("ann", {go: 0}, 2).enters
    assert queues.enter_or_wait("bob", {git: 0}, 3).enters


def test_who_waits_for_a_profile_reads_which():
    said = capacity.render_full(capacity.Cap("group/class-a", 4), 2)
    assert said == (
        "All 4 places of the group class-a are taken; 1 before you (number 2 in the queue)."
    )


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdef"), st.booleans(), st.booleans()),
        max_size=80,
    )
)
def test_no_cap_is_ever_exceeded(events):
    """Each event: somebody asks, for the GPU or not, or (True) the longest inside leaves."""
    queues, inside, now = capacity.Queues(), {}, 0.0
    for who, wants_gpu, leaves in events:
        now += 1
        if leaves and inside:
            del inside[next(iter(inside))]
        elif who not in inside:
            active = {EVERYBODY: len(inside), **({GPU: sum(inside.values())} if wants_gpu else {})}
            if queues.enter_or_wait(who, active, now).enters:
                inside[who] = wants_gpu
        assert len(inside) <= 2
        assert sum(inside.values()) <= 1
