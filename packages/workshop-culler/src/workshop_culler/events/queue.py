"""The queue of events on disk: what was seen of sessions, what happened, who has been told.

SQLite, so that a culler killed at any line finds the events and the looks that led to them in one
transaction. Each destination has its own place in the one queue. The only module that touches
the file; its functions block, and are called from a thread.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Collection, Iterable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from workshop_culler.events.rules import changes, cloud_events
from workshop_culler.events.rules.changes import FindWhy, Key, SeenSession

MOST_EVENTS = 10_000
FORM = 1
TABLES = """
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, type TEXT, made REAL, body TEXT);
CREATE TABLE IF NOT EXISTS places (destination TEXT PRIMARY KEY, seq INTEGER);
CREATE TABLE IF NOT EXISTS sessions (user TEXT, server TEXT, model TEXT,
    PRIMARY KEY (user, server));
"""


@dataclass(frozen=True, slots=True)
class QueuedEvent:
    """An event that waits: its place in the queue, and when it was made (seconds, epoch)."""

    seq: int
    id: str
    type: str
    made: float
    body: str


class EventQueue:
    """The events that some destination has not been told, at most `most`; the oldest go first."""

    def __init__(self, path: Path, source: str, most: int = MOST_EVENTS) -> None:
        self.source = source
        self.dropped = 0
        self._most = most
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        try:
            self._db.execute("PRAGMA synchronous = FULL")
            (form,) = self._db.execute("PRAGMA user_version").fetchone()
            if form not in (0, FORM):
                raise sqlite3.DatabaseError(f"it is of a later version ({form})")
            self._db.executescript(f"{TABLES} PRAGMA user_version = {FORM};")
            path.chmod(0o600)
            self._seen = self._read_sessions()
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _read_sessions(self) -> dict[Key, SeenSession]:
        rows = self._db.execute("SELECT model FROM sessions").fetchall()
        found = [SeenSession(**json.loads(model)) for (model,) in rows]
        return {each.key: each for each in found}

    def add_destinations(self, names: Collection[str]) -> None:
        """Give each new destination its place, at the end; forget those that are no more."""
        with self._lock, self._db:
            self._db.execute("BEGIN")
            known = {name for (name,) in self._db.execute("SELECT destination FROM places")}
            for name in known - set(names):
                self._db.execute("DELETE FROM places WHERE destination = ?", (name,))
            (last,) = self._db.execute(
                "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0)"
            ).fetchone()
            for name in set(names) - known:
                self._db.execute("INSERT INTO places VALUES (?, ?)", (name, last))

    def record(self, seen: Iterable[SeenSession], time: str, made: float, why: FindWhy) -> int:
        """Write down what happened since the look before; how many events that were."""
        with self._lock:
            events, after = changes.find_events(self._seen, seen, time, why)
            if after == self._seen:
                return 0
            with self._db:
                self._db.execute("BEGIN IMMEDIATE")
                self._write_sessions(after)
                for event in events:
                    type_ = cloud_events.TYPE_PREFIX + event.kind
                    body = cloud_events.render_event(event, self.source)
                    self._db.execute(
                        "INSERT OR IGNORE INTO events (id, type, made, body) VALUES (?, ?, ?, ?)",
                        (event.id, type_, made, body),
                    )
                self._drop_oldest()
            self._seen = after
            return len(events)

    def _write_sessions(self, after: dict[Key, SeenSession]) -> None:
        for key in self._seen.keys() - after.keys():
            self._db.execute("DELETE FROM sessions WHERE user = ? AND server = ?", key)
        for key, each in after.items():
            if self._seen.get(key) != each:
                model = json.dumps(asdict(each))
                self._db.execute("INSERT OR REPLACE INTO sessions VALUES (?, ?, ?)", (*key, model))

    def _drop_oldest(self) -> None:
        with closing(
            self._db.execute(
                "DELETE FROM events WHERE seq <= (SELECT max(seq) FROM events) - ?", (self._most,)
            )
        ) as cursor:
            self.dropped += max(cursor.rowcount, 0)

    def find_next(self, destination: str) -> QueuedEvent | None:
        """The first event that a destination was not told yet."""
        with self._lock:
            row = self._db.execute(
                "SELECT seq, id, type, made, body FROM events WHERE seq > (SELECT seq FROM places"
                " WHERE destination = ?) ORDER BY seq LIMIT 1",
                (destination,),
            ).fetchone()
        return QueuedEvent(*row) if row else None

    def pass_on(self, destination: str, seq: int) -> None:
        """Note that a destination is done with an event; what all are done with is removed."""
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("UPDATE places SET seq = ? WHERE destination = ?", (seq, destination))
            self._db.execute("DELETE FROM events WHERE seq <= (SELECT min(seq) FROM places)")

    def count_waiting(self, destination: str) -> int:
        """How many events a destination was not told yet."""
        with self._lock:
            (count,) = self._db.execute(
                "SELECT count(*) FROM events WHERE seq > (SELECT seq FROM places WHERE"
                " destination = ?)",
                (destination,),
            ).fetchone()
        return int(count)


def problem_with_place(path: Path) -> str | None:
    """Why no file can be kept there, in a few words; None if it can."""
    folder = path.absolute().parent
    if not folder.is_dir():
        return f"there is no folder {folder}"
    return None if os.access(path if path.exists() else folder, os.W_OK) else "no permission"
