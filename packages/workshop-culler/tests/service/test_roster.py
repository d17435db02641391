import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from workshop_culler.errors import TemporaryError
from workshop_culler.models import Server, User
from workshop_culler.passes import metrics, sweep
from workshop_culler.service import clock, desk, ledger, rights, roster

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
GRACE = rights.Person("grace", scopes=frozenset({"read:servers", "delete:servers"}))


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
    assert roster.find_changes(before, after) == (changed, gone)


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
    assert roster.make_state(server) == state


def test_a_row_offers_only_what_may_be_done():
    time = clock.Clock(NOW, None, None, 300, NOW + timedelta(60))
    row = roster.make_row(Server("ada"), time, GRACE, "lab-ada", "3")
    assert (row["may_extend"], row["may_stop"], row["may_open"]) == (True, True, False)
    stopping = roster.make_row(Server("ada", pending="stop"), time, GRACE, "", "")
    assert not stopping["may_stop"]


class Hub:
    """A hub's door with the servers of a list, counting how often it is asked."""

    def __init__(self):
        self.now, self.requests, self.names, self.fault = NOW, 0, [], None

    async def list_users(self, state):
        self.requests += 1
        if self.fault:
            raise self.fault
        return [User(n, servers=(Server(n, started=NOW, last_activity=NOW),)) for n in self.names]


@pytest.fixture
def watched(tmp_path, log):
    hub = Hub()
    book = ledger.Ledger(tmp_path / "state.json", log)
    work = sweep.Sweep(hub, sweep.Rules(), log)
    counter = desk.Desk(hub, work, book, metrics.Metrics(), log, tick=lambda: 0.0)
    return hub, roster.Roster(counter, log, seconds=3600, least=0)


async def test_first_all_then_changes(watched):
    hub, it = watched
    hub.names = ["ada", "bob"]
    messages = it.watch(GRACE)
    first = await anext(messages)
    assert first["whole"]
    assert [row["id"] for row in first["rows"]] == ["ada/", "bob/"]
    hub.names = ["bob", "cy"]
    it.wake()
    second = await anext(messages)
    assert ([row["id"] for row in second["rows"]], second["gone"]) == (["cy/"], ["ada/"])
    await messages.aclose()
    await it.close()


async def test_however_many_watch_the_hub_is_asked_once(watched):
    hub, it = watched
    hub.names = [f"u{n}" for n in range(500)]
    many = [it.watch(GRACE) for _ in range(20)]
    firsts = await asyncio.gather(*(anext(messages) for messages in many))
    assert {len(first["rows"]) for first in firsts} == {500}
    assert hub.requests == 1
    for messages in many:
        await messages.aclose()
    await it.close()


@pytest.mark.parametrize(
    ("fault", "says"),
    [(TemporaryError("away"), "does not answer"), (KeyError("items"), "cannot be read")],
)
async def test_a_hub_that_is_away_or_answers_nonsense_is_told_and_rows_stay(watched, fault, says):
    hub, it = watched
    hub.names = ["ada"]
    messages = it.watch(GRACE)
    await anext(messages)
    hub.fault = fault
    it.wake()
    told = await anext(messages)
    assert says in told["trouble"]
    assert (told["rows"], told["gone"]) == ([], [])
    hub.fault = None
    it.wake()
    assert (await anext(messages))["trouble"] == ""
    await messages.aclose()
    await it.close()


async def test_no_more_watchers_than_allowed(watched, monkeypatch):
    monkeypatch.setattr(roster, "MOST_WATCHERS", 1)
    _, it = watched
    messages = it.watch(GRACE)
    await anext(messages)
    from workshop_culler.errors import DoorError

    with pytest.raises(DoorError, match="too many"):
        await anext(it.watch(GRACE))
    await messages.aclose()
    await it.close()


async def test_nobody_watches_nobody_looks(watched):
    hub, it = watched
    messages = it.watch(GRACE)
    await anext(messages)
    await messages.aclose()
    it.wake()
    await it._task
    assert hub.requests == 1
