"""What a page shows of the session's end: the table, and what holds whatever the service says."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyterhub_butterfly.rules import countdown
from jupyterhub_butterfly.rules.countdown import Known

HOUR, LONG_AGO, JUST_NOW = 3600.0, 1e6, 5.0
FULL = "This session was extended as far as it may be."


def known(age=None, idle=None, **changes):
    return Known(age_left=age, idle_left=idle, may_extend=True, **changes)


@pytest.mark.parametrize(
    ("left", "quiet", "sentence", "short", "warning"),
    [
        (known(), LONG_AGO, "", "", False),
        (known(age=2 * HOUR), LONG_AGO, "ends in 2 hours.", "2 h", False),
        (known(age=301), LONG_AGO, "ends in 5 minutes.", "5 min", False),
        (known(age=300), LONG_AGO, "ends in 5 minutes.", "5 min", True),
        (known(age=300), JUST_NOW, "ends in 5 minutes.", "5 min", True),
        (known(age=59), JUST_NOW, "ends in less than a minute.", "< 1 min", True),
        (known(age=-5), JUST_NOW, "is ending now.", "now", True),
        (known(idle=-5), LONG_AGO, "is ending now.", "now", True),
        (known(age=200, warn=60), JUST_NOW, "ends in 3 minutes.", "3 min", False),
        # An end that moves with each key is no clock, until it is near.
        (known(idle=HOUR), LONG_AGO, "ends in 1 hour if nobody types.", "", False),
        (known(idle=250), LONG_AGO, "ends in 4 minutes if nobody types.", "4 min", True),
        (known(idle=250), JUST_NOW, "ends in 4 minutes if nobody types.", "", False),
        # Two ends: the nearer one of those that are worth a warning.
        (known(age=HOUR, idle=250), LONG_AGO, "ends in 4 minutes if nobody types.", "4 min", True),
        (known(age=HOUR, idle=250), JUST_NOW, "ends in 1 hour.", "1 h", False),
        (known(age=100, idle=250), LONG_AGO, "ends in 1 minute.", "1 min", True),
        (known(age=250, idle=100), JUST_NOW, "ends in 4 minutes.", "4 min", True),
        (known(age=HOUR, idle=600), LONG_AGO, "ends in 1 hour.", "1 h", False),
    ],
)
def test_what_is_shown(left, quiet, sentence, short, warning):
    view = countdown.decide_view(left, quiet)
    assert view.sentence == (f"Your session {sentence}" if sentence else "")
    assert (view.short, view.warning, view.extend) == (short, warning, warning)


def test_who_may_not_extend_reads_why():
    why = FULL[0].lower() + FULL[1:-1]
    near = replace(known(age=60), may_extend=False, why_not=why)
    view = countdown.decide_view(near, LONG_AGO)
    assert (view.extend, view.why_not) == (False, FULL)
    assert countdown.decide_view(replace(near, age_left=HOUR), LONG_AGO).why_not == ""


@pytest.mark.parametrize(
    ("left", "seconds"),
    [
        (known(), 120),
        (known(age=HOUR), 120),
        (known(age=390), 90),
        # In time for "less than a minute", and for the end itself.
        (known(age=119), 59),
        (known(age=80), 20),
        (known(age=40), 40),
        (known(age=10), 15),
        (known(age=-10), 60),
    ],
)
def test_when_a_page_asks_again(left, seconds):
    assert countdown.decide_view(left, LONG_AGO).next == seconds


lefts = st.none() | st.floats(-1e6, 1e6)


@given(age=lefts, idle=lefts, quiet=st.floats(0, 1e6), warn=st.floats(0, 1e5))
def test_no_page_asks_too_often_or_is_given_a_button_unasked(age, idle, quiet, warn):
    view = countdown.decide_view(known(age=age, idle=idle, warn=warn), quiet)
    near = [left for left in (age, idle) if left is not None and 0 < left < 120]
    assert (15 if near else 60) <= view.next <= 120
    assert view.warning or not view.extend
    if age is not None and age <= warn:
        assert view.warning
    if age is None and idle is None:
        assert view.sentence == ""


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, "known"),
        *((status, "absent") for status in (302, 401, 403, 404, 405)),
        *((status, "trouble") for status in (409, 429, 500, 503)),
    ],
)
def test_what_an_answer_means(status, verdict):
    assert countdown.classify_status(status) == verdict


def test_backing_off_has_an_end():
    assert [countdown.make_backoff(n) for n in (1, 2, 3, 9, 10**6)] == [30, 60, 120, 600, 600]


MODEL = {
    "now": "2026-01-01T12:00:00Z",
    "idle_ends": "2026-01-01T12:10:00Z",
    "age_ends": None,
    "warn_seconds": 300,
    "may_extend": True,
    "why_not": "",
    "announcement": {
        "text": "Lunch",
        "said": "2026-01-01T11:59:00Z",
        "until": "2026-01-01T12:01:00Z",
    },
}


def test_the_services_answer_is_read_and_grows_old():
    read = countdown.read_clock(MODEL)
    assert (read.idle_left, read.age_left, read.said_left) == (600, None, 60)
    assert countdown.decide_view(read, LONG_AGO).said == "Lunch"
    later = countdown.make_later(read, 100)
    assert (later.idle_left, later.age_left) == (500, None)
    assert countdown.decide_view(later, LONG_AGO).said == ""


@pytest.mark.parametrize(
    "broken",
    [
        *(None, [], {}, {"now": "x"}),
        *({**MODEL, key: None} for key in ("now", "warn_seconds")),
        {**MODEL, "age_ends": 5},
        {**MODEL, "announcement": "x"},
        {**MODEL, "idle_ends": "2026-01-01T12:00:00"},
    ],
)
def test_what_is_no_clock_is_refused(broken):
    with pytest.raises(ValueError, match=r"no clock|isoformat"):
        countdown.read_clock(broken)


@pytest.mark.parametrize(
    ("known", "quiet", "cause"),
    [
        (countdown.Known(), LONG_AGO, ""),
        (countdown.Known(idle_left=10, age_left=10), LONG_AGO, ""),
        (countdown.Known(age_left=0), 0, "age"),
        (countdown.Known(idle_left=-1, age_left=-1), LONG_AGO, "age"),
        (countdown.Known(idle_left=-1, age_left=100), LONG_AGO, "idle"),
        (countdown.Known(idle_left=-1), 0, ""),
        (countdown.Known(idle_left=-1, ending="instructor"), LONG_AGO, "instructor"),
    ],
)
def test_why_a_session_that_stops_does(known, quiet, cause):
    assert countdown.decide_cause(known, quiet) == cause


@pytest.mark.parametrize(
    ("said", "ending"), [("idle", "idle"), ("", ""), (None, ""), ("<b>", ""), (["idle"], "")]
)
def test_only_known_causes_are_read(said, ending):
    assert countdown.read_clock({**MODEL, "ending": said}).ending == ending


def test_a_hint_is_shown_for_as_long_as_the_service_has_it():
    said = {"text": "Look at the events", "said": "2026-11-30T12:00:00Z", "number": 2}
    model = {"now": "2026-11-30T12:00:00+00:00", "warn_seconds": 300, "hint": said}
    view = countdown.decide_view(countdown.read_clock(model), LONG_AGO)
    assert (view.hint, view.hint_at) == ("Look at the events", "2026-11-30T12:00:00Z 2")
    bare = countdown.decide_view(countdown.read_clock(model | {"hint": None}), LONG_AGO)
    assert (bare.hint, bare.hint_at) == ("", "")
    with pytest.raises(ValueError, match="no clock"):
        countdown.read_clock(model | {"hint": "text"})
