from datetime import UTC, datetime, timedelta

import pytest

from workshop_culler.rules.models import Server
from workshop_culler.service.latest_reports import LatestReports

STARTED = datetime(2026, 3, 1, tzinfo=UTC)


def test_reports_are_bounded_and_the_oldest_are_forgotten_first():
    reports = LatestReports(most=2)
    for name in ("a", "b", "a", "c"):
        reports.note(Server(name), f"page of {name}")
    assert len(reports) == 2
    found = [reports.find(Server(name)) for name in ("a", "b", "c")]
    assert found == ["page of a", None, "page of c"]


@pytest.mark.parametrize(
    ("server", "found"),
    [
        (Server("ada", started=STARTED), "2 Pods"),
        (Server("ada", started=STARTED + timedelta(hours=1)), None),
        (Server("ada", started=STARTED - timedelta(hours=1)), "2 Pods"),
        (Server("ada", "lab", started=STARTED), None),
        (Server("bob", started=STARTED), None),
    ],
)
def test_a_session_started_anew_has_told_nothing_yet(server, found):
    reports = LatestReports()
    reports.note(Server("ada", started=STARTED), "2 Pods")
    assert reports.find(server) == found
