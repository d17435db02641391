from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from workshop_culler.command.rules import backups

NOW = datetime(2026, 11, 30, 21, 5, 0, tzinfo=UTC)


def test_a_name_has_the_moment_in_utc():
    assert backups.make_name("users", "csv", NOW) == "users-20261130T210500Z.csv"
    there = NOW.astimezone(timezone(timedelta(hours=9)))
    assert backups.make_name("users", "csv", there) == "users-20261130T210500Z.csv"


@given(st.integers(0, 9), st.integers(1, 9), st.lists(st.text(max_size=9), max_size=5))
def test_the_oldest_go_and_nothing_that_is_not_ours(count, keep, others):
    ours = [backups.make_name("users", "csv", NOW + timedelta(hours=n)) for n in range(count)]
    near = ["users-20261130T210500Z.json", "sessions-20261130T210500Z.csv", "users.csv"]
    near.append("my-users-20261130T210500Z.csv")
    old = backups.find_old([*others, *ours, *near], "users", "csv", keep)
    assert sorted(old) == ours[: max(count - keep, 0)]
