"""What the events are made from, of a service whose hub has one session."""

from datetime import UTC, datetime, timedelta

import pytest

from workshop_culler.config.settings import Settings
from workshop_culler.passes import metrics, sweep
from workshop_culler.rules.limits import Limits
from workshop_culler.rules.models import Server, User
from workshop_culler.rules.session_reports import CountedTests
from workshop_culler.service import seen_sessions, sessions, state_store

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
ADA = Server("ada", started=NOW - timedelta(seconds=3500), last_activity=NOW)


class OneHub:
    """A hub's client that knows one session."""

    now = NOW
    requests = 0

    async def list_users(self, state):
        return [User("ada", servers=(ADA,))]


@pytest.fixture
def service(tmp_path, log):
    hub = OneHub()
    work = sweep.Sweep(hub, Settings(general=Limits(age=3600, warn=300)), log)
    store = state_store.StateStore(tmp_path / "state.json", log)
    made = sessions.SessionService(hub, work, store, metrics.Metrics(), log)
    work.find_extension = made.find_extension
    return made


async def test_a_session_is_seen_with_all_that_is_known_of_it(service):
    (seen,) = await seen_sessions.find_seen(service)
    assert (seen.key, seen.ready, seen.warned) == (("ada", ""), True, True)
    assert (seen.ends, seen.page, seen.hand) == ("2026-11-30T12:01:40Z", "", "")
    service.note_page(ADA, "2 of 5: Pods")
    service.tests.note(ADA, CountedTests(2, 1))
    await service.store.raise_hand(ADA, "Help", NOW)
    await service.store.extend(ADA, NOW + timedelta(hours=1), NOW)
    (seen,) = await seen_sessions.find_seen(service)
    assert (seen.page, seen.passed, seen.failed) == ("2 of 5: Pods", 2, 1)
    assert (seen.hand, seen.hand_text) == ("2026-11-30T12:00:00Z 1", "Help")
    assert (seen.extended, seen.warned) == ("2026-11-30T13:00:00Z", False)


async def test_why_it_ended_is_what_was_noted_of_this_run(service):
    (seen,) = await seen_sessions.find_seen(service)
    assert seen_sessions.find_why(service, seen) == ""
    service.work.endings.note(ADA, "idle")
    assert seen_sessions.find_why(service, seen) == "idle"
