from datetime import UTC, datetime, timedelta, timezone

import pytest

from workshop_culler.rules import times


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (datetime(2026, 3, 1, 9, tzinfo=UTC), "2026-03-01T09:00:00Z"),
        (datetime(2026, 3, 1, 11, tzinfo=timezone(timedelta(hours=2))), "2026-03-01T09:00:00Z"),
        (None, None),
    ],
)
def test_times(time, text):
    assert times.render_time(time) == text


@pytest.mark.parametrize(
    ("seconds", "says"),
    [(-5, "0s"), (42, "42s"), (310, "5m10s"), (11100, "3h05m"), (187200, "2d04h")],
)
def test_spans(seconds, says):
    assert times.span(timedelta(seconds=seconds)) == says
