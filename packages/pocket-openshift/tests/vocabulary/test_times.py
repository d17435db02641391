import datetime

from pocket_openshift.vocabulary import times

NOW = datetime.datetime(2026, 1, 2, 3, 4, 5, 678, datetime.UTC)


def test_times_are_utc_and_whole_seconds():
    elsewhere = NOW.astimezone(datetime.timezone(datetime.timedelta(hours=5)))
    assert times.render_time(elsewhere) == "2026-01-02T03:04:05Z"
