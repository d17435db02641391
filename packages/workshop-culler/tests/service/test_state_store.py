import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest

from workshop_culler.rules import announcements
from workshop_culler.rules.models import Server
from workshop_culler.rules.session_reports import RaisedHand
from workshop_culler.service import state_store
from workshop_culler.service.state_store import StateStore

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADA = Server("ada", started=NOW - timedelta(hours=1))
UNTIL = NOW + timedelta(minutes=15)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state.json"


def open_store(path, log):
    store = StateStore(path, log)
    store.read()
    return store


async def test_an_extension_outlives_a_restart(path, log):
    await open_store(path, log).extend(ADA, UNTIL, NOW)
    assert open_store(path, log).find_until(ADA) == UNTIL
    assert path.stat().st_mode & 0o777 == 0o600


async def test_a_server_started_anew_has_none(path, log):
    store = open_store(path, log)
    await store.extend(ADA, UNTIL, NOW)
    assert store.find_until(Server("ada", started=NOW)) is None
    assert store.find_until(Server("ada", "lab", started=ADA.started)) is None


async def test_what_is_over_is_forgotten(path, log):
    store = open_store(path, log)
    await store.extend(ADA, UNTIL, NOW)
    await store.announce(None, UNTIL + timedelta(seconds=1))
    assert open_store(path, log).find_until(ADA) is None


async def test_an_announcement_outlives_a_restart(path, log):
    said = announcements.make_announcement({"text": "Lunch"}, "root", NOW)
    await open_store(path, log).announce(said, NOW)
    assert open_store(path, log).announcement == said


@pytest.mark.parametrize("text", ["", "{", "[]", '{"extensions": 5}', '{"extensions": [{}]}'])
def test_a_broken_file_is_told_and_empty(path, log, caplog, text):
    path.write_text(text)
    with caplog.at_level(logging.WARNING):
        assert open_store(path, log).find_until(ADA) is None
    assert "state_file" in caplog.text


def test_no_file_is_no_trouble(path, log, caplog):
    with caplog.at_level(logging.DEBUG):
        open_store(path, log)
    assert caplog.text == ""


async def test_a_kill_while_writing_leaves_the_old_file(path, log, monkeypatch):
    await open_store(path, log).extend(ADA, UNTIL, NOW)

    def killed(fd):
        raise RuntimeError("killed here")

    monkeypatch.setattr("os.fsync", killed)
    with pytest.raises(RuntimeError, match="killed here"):
        await open_store(path, log).announce(None, NOW)
    monkeypatch.undo()
    assert open_store(path, log).find_until(ADA) == UNTIL


async def test_a_class_that_is_extended_at_once_is_written_in_few_writes(path, log, monkeypatch):
    writes = []
    plain = state_store.replace_file
    monkeypatch.setattr(state_store, "replace_file", lambda *args: (writes.append(1), plain(*args)))
    store = open_store(path, log)
    servers = [Server(f"u{n}", started=NOW) for n in range(100)]
    await asyncio.gather(*(store.extend(server, UNTIL, NOW) for server in servers))
    assert len(writes) == 2
    again = open_store(path, log)
    assert {again.find_until(server) for server in servers} == {UNTIL}


async def test_a_disk_that_is_full_refuses_nobody_and_is_told(path, log, monkeypatch, caplog):
    monkeypatch.setattr(state_store, "replace_file", fail)
    store = open_store(path, log)
    await asyncio.gather(*(store.extend(Server(name, started=NOW), UNTIL, NOW) for name in "abc"))
    assert store.find_until(Server("c", started=NOW)) == UNTIL
    assert "state_file" in caplog.text
    assert "no space left on device" in caplog.text
    monkeypatch.undo()
    await store.extend(Server("d", started=NOW), UNTIL, NOW)
    assert open_store(path, log).find_until(Server("a", started=NOW)) == UNTIL


def fail(*args):
    raise OSError("no space left on device")


@pytest.mark.parametrize(("place", "told"), [("state.json", False), ("none/state.json", True)])
def test_a_place_that_cannot_be_written_is_told_at_start(tmp_path, log, caplog, place, told):
    StateStore(tmp_path / place, log).check()
    assert ("cannot be written" in caplog.text) is told


async def test_a_raised_hand_outlives_a_restart(path, log):
    store = open_store(path, log)
    await store.raise_hand(ADA, "I am lost", NOW)
    await store.raise_hand(Server("bob"), "", NOW)
    await store.raise_hand(ADA, "Here!", UNTIL)
    again = open_store(path, log)
    assert again.find_hand(ADA) == RaisedHand("Here!", NOW, 1)
    assert again.find_hand(Server("bob")) == RaisedHand("", NOW, 2)
    assert again.find_hand(Server("ada", started=NOW)) is None
    assert again.find_hand(Server("cy")) is None


async def test_a_lowered_hand_is_forgotten(path, log):
    store = open_store(path, log)
    await store.raise_hand(ADA, "I am lost", NOW)
    assert await store.lower_hand(ADA, NOW)
    assert not await store.lower_hand(ADA, NOW)
    assert not open_store(path, log).has_words


@pytest.mark.parametrize(
    ("sessions", "kept"),
    [
        ({(ADA.key, ADA.started)}, True),
        ({(ADA.key, NOW)}, False),
        ({(("bob", ""), ADA.started)}, False),
        (set(), False),
    ],
)
async def test_a_hand_goes_with_its_session(path, log, sessions, kept):
    store = open_store(path, log)
    await store.raise_hand(ADA, "I am lost", NOW)
    await store.keep_words(sessions, NOW)
    assert store.has_words is kept
    assert open_store(path, log).has_words is kept


@pytest.mark.parametrize(
    "hands", ["[{}]", '[{"since": "noon"}]', '"x"', '[{"since": "2026-03-01T12:00:00Z"}]']
)
async def test_broken_hands_are_left_out(path, log, hands):
    path.write_text(f'{{"extensions": [], "hands": {hands}}}')
    assert not open_store(path, log).has_words


async def test_the_latest_hint_is_kept_for_its_run_of_a_server(path, log):
    store = open_store(path, log)
    first = await store.give_hint(ADA, "Look at the events", "grace", NOW)
    second = await store.give_hint(ADA, "And at the logs", "hal", NOW)
    assert (first.number, second.number) == (1, 2)
    reopened = open_store(path, log)
    assert reopened.find_hint(ADA) == second
    assert reopened.find_hint(Server("ada", started=UNTIL)) is None
    assert reopened.has_words
    await reopened.keep_words({(ADA.key, ADA.started)}, NOW)
    assert reopened.find_hint(ADA) == second
    await reopened.take_back_hint(ADA, NOW)
    await reopened.take_back_hint(ADA, NOW)
    assert not open_store(path, log).has_words
    await reopened.give_hint(ADA, "x", "hal", NOW)
    await reopened.keep_words(set(), NOW)
    assert open_store(path, log).find_hint(ADA) is None
