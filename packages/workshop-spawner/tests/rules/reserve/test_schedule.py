"""The reserve by schedule: lines, days, and clocks that are set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_spawner.rules.reserve import schedule
from workshop_spawner.rules.reserve.size import ReserveSize

BERLIN = "Europe/Berlin"


def at(text, zone=BERLIN, fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def is_open(line, moment):
    return schedule.parse_window(line).is_open(moment)


@pytest.mark.parametrize(
    ("line", "moment", "wanted"),
    [
        # 2026-11-30 is a Monday.
        (f"mon 08:45-10:00 {BERLIN} 4", "2026-11-30T08:44:59", False),
        (f"mon 08:45-10:00 {BERLIN} 4", "2026-11-30T08:45", True),
        (f"mon 08:45-10:00 {BERLIN} 4", "2026-11-30T09:59:59", True),
        (f"mon 08:45-10:00 {BERLIN} 4", "2026-11-30T10:00", False),
        (f"tue-fri 08:45-10:00 {BERLIN} 4", "2026-11-30T09:00", False),
        (f"DAILY 08:45-10:00 {BERLIN} 4", "2026-11-29T09:00", True),
        (f"sat-mon 08:45-10:00 {BERLIN} 4", "2026-11-30T09:00", True),
        (f"wed,mon 08:45-10:00 {BERLIN} 4", "2026-11-30T09:00", True),
        # Over midnight: it is Sunday's.
        (f"sun 22:00-06:00 {BERLIN} 4", "2026-11-30T05:59", True),
        (f"sun 22:00-06:00 {BERLIN} 4", "2026-11-30T06:00", False),
        (f"mon 22:00-06:00 {BERLIN} 4", "2026-11-30T05:59", False),
        ("mon 07:45-09:00 UTC 4", "2026-11-30T09:59", True),  # in Berlin
        # Summer has another offset, and the same clock.
        (f"daily 08:45-10:00 {BERLIN} 4", "2026-07-01T08:45", True),
        # Clocks go from 2:00 to 3:00: the half hour that there is none of comes an hour later.
        (f"daily 02:15-02:45 {BERLIN} 4", "2026-03-29T01:59", False),
        (f"daily 02:15-02:45 {BERLIN} 4", "2026-03-29T03:30", False),
        (f"daily 01:00-04:00 {BERLIN} 4", "2026-03-29T03:30", True),
        # Once.
        ("2026-11-30T09:00+01:00 2026-11-30T10:00+01:00 4", "2026-11-30T09:00", True),
        ("2026-11-30T09:00+01:00 2026-11-30T10:00+01:00 4", "2026-11-30T10:00", False),
        ("2026-11-30T08:00Z 2026-11-30T09:00Z 4", "2026-11-30T09:30", True),
    ],
)
def test_a_window_is_open_by_the_clock_of_its_zone(line, moment, wanted):
    assert is_open(line, at(moment)) is wanted


def test_where_clocks_are_set_back_a_window_has_both_hours():
    line = f"daily 02:15-02:45 {BERLIN} 4"
    for text, fold, wanted in (
        ("2026-10-25T02:14", 0, False),
        ("2026-10-25T02:15", 0, True),
        ("2026-10-25T02:50", 0, True),
        ("2026-10-25T02:44", 1, True),
        ("2026-10-25T02:45", 1, False),
    ):
        assert is_open(line, at(text, fold=fold)) is wanted, (text, fold)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("", "write DAYS FROM-UNTIL ZONE"),
        ("mon-fri 08:45-10:00 40", "is no time with a zone"),
        ("a b c d e", "write DAYS FROM-UNTIL ZONE"),
        ("monday 08:45-10:00 UTC 40", "'monday' is no day such as mon-fri"),
        ("mon- 08:45-10:00 UTC 40", "'mon-' is no day"),
        ("mon,, 08:45-10:00 UTC 40", "'mon,,' is no day"),
        ("mon 8:45-10:00 UTC 40", "'8:45-10:00' is no time of the day"),
        ("mon 08:45-24:00 UTC 40", "is no time of the day"),
        ("mon 08:45-08:45 UTC 40", "ends when it begins"),
        ("mon 08:45-10:00 Berlin 40", "'Berlin' is no time zone such as Europe/Berlin"),
        ("mon 08:45-10:00 ../x 40", "is no time zone"),
        ("mon 08:45-10:00 Europe 40", "is no time zone"),
        ("mon 08:45-10:00 UTC forty", "'forty' is no size such as 40 or 40/40"),
        ("mon 08:45-10:00 UTC -1", "is no size"),
        ("mon 08:45-10:00 UTC 1001", "of at most 1000"),
        ("mon 08:45-10:00 UTC 4/5", "more pods than sessions"),
        ("2026-12-01T08:45 2026-12-01T10:00+01:00 4", "is no time with a zone"),
        ("2026-12-01T10:00Z 2026-12-01T08:00Z 4", "it ends before it begins"),
        ("2026-13-01T10:00Z 2026-12-01T08:00Z 4", "is no time with a zone"),
    ],
)
def test_what_says_no_window_is_refused_in_a_sentence_that_names_it(line, why):
    with pytest.raises(ValueError, match=r"\.$") as caught:
        schedule.parse_schedule([line])
    assert why in str(caught.value)
    assert repr(line) in str(caught.value)


def test_windows_are_not_without_number():
    with pytest.raises(ValueError, match="there are 101 windows; 100 are the most"):
        schedule.parse_schedule(["daily 08:45-10:00 UTC 40"] * 101)


def test_the_larger_of_all_open_windows_counts():
    windows = schedule.parse_schedule(
        ["mon 08:00-12:00 UTC 40/10", "daily 09:00-10:00 UTC 20/20", "tue 08:00-12:00 UTC 99"]
    )
    monday = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
    always = ReserveSize(5, 1)
    assert schedule.find_usual(always, windows, monday) == ReserveSize(40, 20)
    assert schedule.find_usual(always, windows, monday.replace(hour=11)) == ReserveSize(40, 10)
    assert schedule.find_usual(always, windows, monday.replace(hour=13)) == always


ZONES = st.sampled_from(
    [BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "UTC"]
)
CLOCKS = st.times().map(lambda one: one.replace(second=0, microsecond=0))


@given(
    zone=ZONES,
    begins=CLOCKS,
    ends=CLOCKS,
    moment=st.datetimes(datetime(2011, 1, 1), datetime(2030, 1, 1)),
)
def test_each_day_has_one_window_of_about_its_length(zone, begins, ends, moment):
    if begins == ends:
        ends = ends.replace(hour=(ends.hour + 1) % 24)
    line = f"daily {begins:%H:%M}-{ends:%H:%M} {zone} 4"
    daily = schedule.parse_window(line)
    (window,) = daily.find_windows(moment.date())
    whole = timedelta(hours=ends.hour - begins.hour, minutes=ends.minute - begins.minute)
    whole += timedelta(days=1) if whole <= timedelta(0) else timedelta(0)
    # Clocks are set by no more than an hour, but for a day that Samoa had none of.
    least = timedelta(hours=25) if zone == "Pacific/Apia" else timedelta(hours=1)
    assert abs((window.ends - window.begins) - whole) <= least
    if window.begins < window.ends:
        assert daily.is_open(window.begins)
        assert daily.is_open(window.ends - timedelta(seconds=1))


@given(begins=CLOCKS, ends=CLOCKS, moment=st.datetimes())
def test_without_clocks_that_are_set_it_is_what_the_clock_shows(begins, ends, moment):
    if begins == ends:
        return
    line = f"daily {begins:%H:%M}-{ends:%H:%M} UTC 4"
    now = moment.replace(year=2026, day=min(moment.day, 28), tzinfo=UTC)
    clock = now.time()
    inside = begins <= clock < ends if begins < ends else clock >= begins or clock < ends
    assert is_open(line, now) is inside
