from datetime import UTC, datetime, timedelta

import pytest

from workshop_culler.rules import permissions, session_clock, session_rows
from workshop_culler.rules.models import Server
from workshop_culler.rules.session_reports import CountedTests, RaisedHand

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
GRACE = permissions.TokenOwner("grace", scopes=frozenset({"read:servers", "delete:servers"}))
TOLD = session_rows.SessionReports("3 Pods", CountedTests(2, 1, "boat"), RaisedHand("help", NOW, 4))
NOTHING = session_rows.SessionReports()


@pytest.mark.parametrize(
    ("before", "after", "changed", "gone"),
    [
        ({}, {"a": 1}, [1], []),
        ({"a": 1}, {"a": 1}, [], []),
        ({"a": 1}, {"a": 2}, [2], []),
        ({"a": 1, "b": 1}, {"b": 1}, [], ["a"]),
    ],
)
def test_changes(before, after, changed, gone):
    assert session_rows.find_changes(before, after) == (changed, gone)


@pytest.mark.parametrize(
    ("server", "state"),
    [
        (Server("a"), "running"),
        (Server("a", pending="spawn", ready=False), "starting"),
        (Server("a", pending="stop"), "stopping"),
        (Server("a", ready=False), "not ready"),
    ],
)
def test_states_in_words(server, state):
    assert session_rows.make_state(server) == state


def test_a_row_offers_only_what_may_be_done():
    time = session_clock.Clock(NOW, None, None, 300, NOW + timedelta(60))
    row = session_rows.make_row(Server("ada"), time, GRACE, "lab-ada", TOLD)
    assert (row["may_extend"], row["may_stop"], row["may_open"]) == (True, True, False)
    assert row["may_lower_hand"]
    stopping = session_rows.make_row(Server("ada", pending="stop"), time, GRACE, "", NOTHING)
    assert not stopping["may_stop"]


def test_a_row_has_what_the_session_told():
    time = session_clock.Clock(NOW, None, None, 300, None)
    row = session_rows.make_row(Server("ada"), time, GRACE, "", TOLD)
    assert row["page"] == "3 Pods"
    assert row["tests"] == {"passed": 2, "failed": 1, "failing": "boat"}
    assert row["hand"] == {"text": "help", "since": "2026-03-01T12:00:00Z", "number": 4}
    row = session_rows.make_row(Server("ada"), time, GRACE, "", NOTHING)
    assert (row["page"], row["tests"], row["hand"]) == ("", None, None)
