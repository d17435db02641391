import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_culler.events.rules import changes
from workshop_culler.events.rules.changes import SeenSession

TIME = "2026-11-30T12:00:00Z"
STARTED = "2026-11-30T11:00:00+00:00"
ADA = SeenSession("ada", started=STARTED, ready=True)


def look(before, *seen, why=lambda _: ""):
    events, after = changes.find_events(before, seen, TIME, why)
    return [(event.kind, dict(event.data)) for event in events], after


def settle(session):
    """What is remembered once a session has been told."""
    return look({}, session)[1]


def test_a_session_is_requested_started_and_ended():
    waiting = SeenSession("ada", started=STARTED)
    told, after = look({}, waiting)
    assert told == [("session.requested", {})]
    told, after = look(after, ADA)
    assert told == [("session.started", {"ends": None})]
    assert look(after, ADA)[0] == []
    told, after = look(after, why=lambda seen: {"ada": "idle"}[seen.user])
    assert told == [("session.ended", {"why": "idle"})]
    assert after == {}
    assert look(settle(ADA))[0] == [("session.ended", {"why": "other"})]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            {},
            {"page": "2 of 5: Pods"},
            [("session.page", {"page": "2 of 5: Pods", "number": 2, "of": 5})],
        ),
        ({}, {"page": "Pods"}, [("session.page", {"page": "Pods", "number": None, "of": None})]),
        ({"page": "2 of 5"}, {"page": ""}, []),
        (
            {},
            {"page": "5 of 5: End"},
            [
                ("session.page", {"page": "5 of 5: End", "number": 5, "of": 5}),
                ("workshop.finished", {"page": "5 of 5: End", "number": 5, "of": 5}),
            ],
        ),
        ({}, {"passed": 1}, [("session.test-passed", {"passed": 1, "failed": 0})]),
        ({}, {"failed": 1}, []),
        ({"passed": 2}, {"passed": 0}, []),
        ({"passed": 2}, {"passed": 1, "failed": 1}, []),
        ({}, {"hand": "t 1", "hand_text": "Help"}, [("session.hand-raised", {"text": "Help"})]),
        ({"hand": "t 1"}, {"hand": ""}, []),
        ({"hand": "t 1"}, {"hand": "u 1"}, [("session.hand-raised", {"text": ""})]),
        ({}, {"extended": TIME}, [("session.extended", {"until": TIME})]),
        ({}, {"warned": True, "ends": TIME}, [("session.warned", {"ends": TIME})]),
        ({"warned": True}, {"warned": False}, []),
        ({}, {"ready": False}, []),
    ],
)
def test_what_changed_is_told_once(before, after, told):
    known = settle(replace(ADA, before))
    found, kept = look(known, replace(ADA, before, after))
    assert found == told
    assert look(kept, replace(ADA, before, after))[0] == []


def replace(session, *changed):
    for each in changed:
        session = SeenSession(**{**{k: getattr(session, k) for k in session.__slots__}, **each})
    return session


def test_the_last_page_is_reached_once():
    end = replace(ADA, {"page": "5 of 5"})
    _, after = look(settle(end), replace(ADA, {"page": "1 of 5"}))
    assert [kind for kind, _ in look(after, end)[0]] == ["session.page"]


def test_a_server_that_was_started_anew_is_another_session():
    told, _ = look(settle(ADA), replace(ADA, {"started": TIME}))
    assert [kind for kind, _ in told] == ["session.ended", "session.requested", "session.started"]


seen_sessions = st.lists(
    st.builds(
        SeenSession,
        user=st.sampled_from("abc"),
        started=st.sampled_from(["1", "2"]),
        ready=st.booleans(),
        page=st.sampled_from(["", "1 of 2", "2 of 2", "x"]),
        passed=st.integers(0, 2),
        hand=st.sampled_from(["", "1", "2"]),
        warned=st.booleans(),
    ),
    unique_by=lambda each: each.user,
)


@given(st.lists(seen_sessions, max_size=8))
def test_ids_are_the_same_when_made_again_and_differ_else(looks):
    def play():
        ids, before = [], {}
        for number, seen in enumerate(looks):
            events, before = changes.find_events(before, seen, str(number), lambda _: "")
            ids += [event.id for event in events]
        return ids, before

    ids, after = play()
    assert play() == (ids, after)
    assert {each.key for each in after.values()} == ({s.key for s in looks[-1]} if looks else set())


@given(st.lists(st.sampled_from(["1 of 3", "2 of 3", "3 of 3"]), max_size=8))
def test_who_goes_back_and_forth_is_told_each_time(pages):
    ids, before = [], {}
    for page in pages:
        events, before = changes.find_events(
            before, [replace(ADA, {"page": page})], TIME, lambda _: ""
        )
        ids += [event.id for event in events]
    assert len(set(ids)) == len(ids)
