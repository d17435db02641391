"""What may be asked for ahead of a class, and what is left of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_spawner.rules.reserve import prestart
from workshop_spawner.rules.reserve.prestart import Prestart, PrestartError

NOW = datetime(2026, 12, 1, 7, 0, tzinfo=UTC)
LATER = "2026-12-01T08:00:00Z"


def ask(**body):
    return prestart.parse_prestart({"places": 40, **body}, NOW)


@pytest.mark.parametrize(
    ("body", "begins", "until"),
    [
        ({}, NOW, NOW + timedelta(hours=1)),
        ({"begins": "2026-12-01T09:00:00+01:00"}, NOW + timedelta(hours=1), NOW.replace(hour=9)),
        ({"begins": "2020-01-01T09:00:00+01:00"}, NOW, NOW.replace(hour=8)),
        ({"until": "2026-12-01T09:30:00+01:00"}, NOW, NOW.replace(hour=8, minute=30)),
        ({"begins": LATER, "until": "2026-12-01T08:00:01Z"}, NOW.replace(hour=8), None),
    ],
)
def test_times_have_a_zone_and_a_past_one_is_now(body, begins, until):
    asked = ask(**body)
    assert asked.begins == begins
    assert until is None or asked.until == until
    assert (asked.places, asked.pods, asked.used) == (40, 40, 0)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ([], "Send JSON like"),
        (None, "Send JSON like"),
        ({}, "'places' must be a whole number from 0 to 1000."),
        ({"places": True}, "'places' must be"),
        ({"places": -1}, "'places' must be"),
        ({"places": 1001}, "'places' must be"),
        ({"places": "40"}, "'places' must be"),
        ({"places": 4.0}, "'places' must be"),
        ({"places": 61}, "no more than 60 sessions run at once here"),
        ({"places": 4, "pods": "x"}, "'pods' must be"),
        ({"places": 4, "begins": "2026-12-01T09:00:00"}, "'begins' must be a date and time with"),
        ({"places": 4, "begins": "9:00"}, "'begins' must be a date"),
        ({"places": 4, "begins": 9}, "'begins' must be a date"),
        ({"places": 4, "until": "tomorrow"}, "'until' must be a date"),
        ({"places": 4, "until": "2026-12-01T06:59:59Z"}, "'until' must be after 'begins'"),
        ({"places": 4, "begins": LATER, "until": LATER}, "'until' must be after 'begins'"),
        ({"places": 4, "begins": "2027-02-01T08:00:00Z"}, "'begins' must be within 31 days"),
        ({"places": 4, "until": "2026-12-02T07:00:01Z"}, "held for 24 hours at most"),
    ],
)
def test_a_refused_value_is_a_sentence_that_names_it(body, why):
    with pytest.raises(PrestartError, match=r"\.$") as caught:
        prestart.parse_prestart(body, NOW, 60)
    assert why in str(caught.value)


def test_no_more_pods_than_places():
    assert ask(pods=50).pods == 40
    assert ask(pods=0).pods == 0


ASKED = Prestart(3, 2, NOW, NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    ("minutes", "used", "left"),
    [(-1, 0, 0), (0, 0, 3), (59, 1, 2), (59, 3, 0), (59, 9, 0), (60, 0, 0)],
)
def test_what_is_left_depends_on_the_time_and_on_who_has_come(minutes, used, left):
    asked = Prestart(3, 2, ASKED.begins, ASKED.until, used)
    now = NOW + timedelta(minutes=minutes)
    assert prestart.count_left(asked, now) == left
    after = prestart.use_one(asked, now)
    assert after.used == used + (1 if left else 0)
    assert prestart.count_left(None, now) == 0
    assert prestart.use_one(None, now) is None


def test_what_is_sent_again_keeps_the_count():
    before = prestart.use_one(ASKED, NOW)
    again = Prestart(3, 2, NOW + timedelta(minutes=1), ASKED.until)
    assert prestart.keep_count(again, before).used == 1
    assert prestart.keep_count(Prestart(4, 2, NOW, ASKED.until), before).used == 0
    assert prestart.keep_count(again, None) == again


@given(
    places=st.integers(0, 1000),
    pods=st.integers(0, 1000),
    used=st.integers(0, 1000),
    begins=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),
    seconds=st.integers(1, 86400),
)
def test_a_note_says_the_same_when_it_is_read(places, pods, used, begins, seconds):
    begins = begins.replace(microsecond=0, tzinfo=UTC)
    asked = Prestart(places, pods, begins, begins + timedelta(seconds=seconds), used)
    assert prestart.read_note(prestart.render_note(asked)) == asked


@given(st.one_of(st.text(), st.none(), st.integers(), st.just("[1]"), st.just('{"places": 1}')))
def test_a_note_that_nobody_can_read_is_none(text):
    assert prestart.read_note(text) is None


@pytest.mark.parametrize(
    ("used", "sessions", "pods", "has_pods", "ready", "has_why"),
    [
        (0, 0, 0, True, 0, True),
        (0, 3, 0, True, 1, True),  # one place is asked for without a pod
        (0, 3, 1, True, 2, True),
        (0, 3, 2, True, 3, False),
        (0, 3, 0, False, 3, False),
        (1, 2, 2, True, 3, False),
        (0, 9, 9, True, 3, False),
        (3, 0, 0, True, 3, False),
        (5, 0, 0, True, 5, False),
    ],
)
def test_progress_counts_what_is_ready_and_what_was_used(
    used, sessions, pods, has_pods, ready, has_why
):
    asked = Prestart(3, 2, NOW, NOW + timedelta(hours=1), used)
    told = prestart.render_progress(asked, sessions, pods, ["A.", "", "A."], has_pods=has_pods)
    assert told["ready"] == ready
    assert told["why"] == (["A."] if has_why else [])
    assert told["asked"]["places"] == 3
    assert prestart.render_progress(None, 9, 9, ["A."]) == {"asked": None, "ready": 0, "why": []}
