import json
import sqlite3

import pytest

from workshop_culler.events.queue import EventQueue, problem_with_place
from workshop_culler.events.rules.changes import SeenSession


def record(queue, *seen, why=""):
    return queue.record(seen, "2026-11-30T12:00:00Z", 5.0, lambda _: why)


def read_all(queue, name):
    """The kinds of all that waits for a destination, in order, each noted as done."""
    kinds = []
    while event := queue.find_next(name):
        assert json.loads(event.body)["id"] == event.id
        kinds.append(event.type.rpartition(".")[2])
        queue.pass_on(name, event.seq)
    return kinds


ADA = SeenSession("ada", started="t", ready=True)


def test_each_destination_has_its_place(queue):
    queue.add_destinations(["a", "b"])
    assert record(queue, ADA) == 2
    assert record(queue, ADA) == 0
    assert read_all(queue, "a") == ["requested", "started"]
    assert (queue.count_waiting("a"), queue.count_waiting("b")) == (0, 2)
    record(queue, why="idle")
    assert read_all(queue, "a") == ["ended"]
    assert read_all(queue, "b") == ["requested", "started", "ended"]
    assert queue._db.execute("SELECT count(*) FROM events").fetchone() == (0,)


def test_a_new_destination_is_told_what_is_new(queue):
    queue.add_destinations(["a"])
    record(queue, ADA)
    queue.add_destinations(["a", "b"])
    record(queue)
    assert read_all(queue, "b") == ["ended"]
    queue.add_destinations(["b"])
    assert queue.count_waiting("a") == 0, "one that is no more is forgotten"


def test_a_queue_outlives_its_program(tmp_path):
    path = tmp_path / "events.sqlite"
    first = EventQueue(path, "/hub")
    first.add_destinations(["a"])
    record(first, ADA)
    event = first.find_next("a")
    first.close()  # killed before the receipt was noted
    second = EventQueue(path, "/hub")
    second.add_destinations(["a"])
    assert second.find_next("a") == event
    assert record(second, ADA) == 0, "nothing is told twice"
    assert record(second) == 1, "and what ended meanwhile is"
    second.close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_look_that_is_not_written_is_made_again(queue, monkeypatch):
    queue.add_destinations(["a"])

    def fail():
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(queue, "_drop_oldest", fail)
    with pytest.raises(sqlite3.OperationalError):
        record(queue, ADA)
    assert queue.find_next("a") is None
    monkeypatch.undo()
    assert record(queue, ADA) == 2


def test_a_full_queue_drops_the_oldest(tmp_path):
    queue = EventQueue(tmp_path / "q", "/hub", most=3)
    queue.add_destinations(["a"])
    record(queue, *(SeenSession(f"u{number}", started="t") for number in range(5)))
    assert (queue.count_waiting("a"), queue.dropped) == (3, 2)
    queue.close()


def test_a_file_that_is_none_is_refused(tmp_path):
    path = tmp_path / "q"
    path.write_text("no database, this is " * 100)
    with pytest.raises(sqlite3.DatabaseError):
        EventQueue(path, "/hub")
    later = tmp_path / "later"
    with sqlite3.connect(later) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(sqlite3.DatabaseError, match="later version"):
        EventQueue(later, "/hub")


def test_where_nothing_can_be_kept_is_said(tmp_path):
    assert problem_with_place(tmp_path / "q") is None
    assert "there is no folder" in problem_with_place(tmp_path / "none" / "q")
