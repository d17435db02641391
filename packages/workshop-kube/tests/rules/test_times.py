"""Times as the API writes them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kube.rules import times


def test_a_time_is_written_in_utc():
    moment = datetime(2027, 1, 15, 9, 0, 0, 5, tzinfo=timezone(timedelta(hours=1)))
    assert times.render_time(moment) == "2027-01-15T08:00:00Z"
    assert times.render_micro_time(moment) == "2027-01-15T08:00:00.000005Z"
    assert times.render_timestamp(1_800_000_000) == "2027-01-15T08:00:00Z"


@given(st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2200, 1, 1)))
def test_what_is_written_reads_the_same(moment):
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    assert times.parse_time(times.render_time(moment)) == moment


def test_a_time_without_a_zone_is_utc():
    assert times.parse_time("2027-01-15T08:00:00") == datetime(2027, 1, 15, 8, tzinfo=UTC)
    assert times.parse_time("2027-01-15T08:00:00.5+01:00").tzinfo is not None


@pytest.mark.parametrize("text", [None, 7, "", "soon", "2027-13-01T00:00:00Z"])
def test_what_is_no_time(text):
    with pytest.raises(ValueError):  # noqa: PT011 - the message is Python's or ours
        times.parse_time(text)
    assert times.find_time(text) is None


@given(st.text())
def test_no_text_is_more_than_a_value_error(text):
    found = times.find_time(text)
    assert found is None or found.tzinfo is not None
