import asyncio
from datetime import UTC, datetime

import pytest

import waiting
from workshop_culler.config.settings import Settings
from workshop_culler.errors import TemporaryError
from workshop_culler.passes import metrics, sweep
from workshop_culler.rules import permissions
from workshop_culler.rules.models import Server, User
from workshop_culler.service import live_sessions, sessions, state_store

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
GRACE = permissions.TokenOwner("grace", scopes=frozenset({"read:servers", "delete:servers"}))


class Hub:
    """A hub's client with the servers of a list, counting how often it is asked."""

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
    store = state_store.StateStore(tmp_path / "state.json", log)
    work = sweep.Sweep(hub, Settings(), log)
    counter = sessions.SessionService(hub, work, store, metrics.Metrics(), log, clock=lambda: 0.0)
    return hub, live_sessions.LiveSessions(counter, log, seconds=3600, least=0)


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
    monkeypatch.setattr(live_sessions, "MOST_WATCHERS", 1)
    _, it = watched
    messages = it.watch(GRACE)
    await anext(messages)
    from workshop_culler.errors import ApiError

    with pytest.raises(ApiError, match="too many"):
        await anext(it.watch(GRACE))
    await messages.aclose()
    await it.close()


async def test_nobody_watches_nobody_looks(watched):
    hub, it = watched
    messages = it.watch(GRACE)
    await anext(messages)
    await messages.aclose()
    it.wake()
    await waiting.until_so(lambda: not it.is_looking)
    assert hub.requests == 1
