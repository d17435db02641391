from datetime import datetime, timedelta, timezone

import pytest

from workshop_culler.command.rules import spans


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90), (" 10m", 600), ("2h", 7200), ("1d", 86400)]
)
def test_a_span_is_read(text, seconds):
    assert spans.parse_span(text) == seconds


@pytest.mark.parametrize("text", ["", "0", "-5m", "1.5h", "ten", "1w", "12345678", "٣m"])
def test_what_is_none_is_refused(text):
    with pytest.raises(ValueError, match="write it like"):
        spans.parse_span(text)


NOW = datetime(2026, 11, 30, 12, 0, tzinfo=timezone(timedelta(hours=1)))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("13:30", "2026-11-30T13:30:00+01:00"),
        ("9:00", "2026-12-01T09:00:00+01:00"),  # the next one
        ("12:00", "2026-12-01T12:00:00+01:00"),
        ("2026-12-01T09:00", "2026-12-01T09:00:00+01:00"),
        ("2026-12-01 09:00", "2026-12-01T09:00:00+01:00"),
        ("2026-12-01T09:00:00Z", "2026-12-01T09:00:00+00:00"),
    ],
)
def test_a_moment_is_in_this_machine_s_zone(text, moment):
    assert spans.parse_moment(text, NOW) == moment


@pytest.mark.parametrize("text", ["", "noon", "25:00", "9", "2026-13-01", "9:0"])
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(ValueError, match="is no time"):
        spans.parse_moment(text, NOW)
