from datetime import UTC, datetime, timedelta

import pytest

from workshop_culler.rules import times


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-03-01T09:00:00Z", datetime(2026, 3, 1, 9, tzinfo=UTC)),
        ("2026-03-01T11:00:00+02:00", datetime(2026, 3, 1, 9, tzinfo=UTC)),
        ("2026-03-01T09:00:00", datetime(2026, 3, 1, 9, tzinfo=UTC)),
        ("soon", None),
        ("", None),
        (None, None),
        (7, None),
    ],
)
def test_times(text, time):
    assert times.parse_time(text) == time


@pytest.mark.parametrize(
    ("seconds", "says"),
    [(-5, "0s"), (42, "42s"), (310, "5m10s"), (11100, "3h05m"), (187200, "2d04h")],
)
def test_spans(seconds, says):
    assert times.span(timedelta(seconds=seconds)) == says
