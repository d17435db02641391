"""`--data DIR`: the objects in an SQLite file, the keys beside it.

So a cluster outlives its process.

`server` opens it before anything else. Every commit is written before the caller is answered; a
process that is killed loses nothing, a machine that loses power may lose the last moments (WAL
without fsync).
"""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path

from pocket_openshift.core import store

_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    resource TEXT, namespace TEXT, name TEXT, body TEXT NOT NULL,
    PRIMARY KEY (resource, namespace, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class StateFile:
    """The folder of one cluster. Raises OSError or sqlite3.Error when it cannot be used."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder
        path = folder / "objects.sqlite"
        path.touch(mode=0o600)  # Secrets are in it; what SQLite puts beside has the same mode.
        path.chmod(0o600)
        self._database = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, timeout=0
        )
        try:
            self._take()
        except sqlite3.Error:
            self._database.close()
            raise

    def _take(self) -> None:
        # One cluster a folder: a second process is told so at once.
        self._database.execute("PRAGMA locking_mode=EXCLUSIVE")
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=NORMAL")
        self._database.executescript(_SCHEMA)

    def load(self, objects: store.Store) -> int:
        """Put the kept objects into an empty store; how many there were."""
        count = 0
        for (body,) in self._database.execute("SELECT body FROM objects"):
            objects.load(json.loads(body))
            count += 1
        row = self._database.execute("SELECT value FROM facts WHERE name = 'version'").fetchone()
        objects.version = max(objects.version, int(row[0]) if row else 0)
        return count

    def changed(self, change: store.Change) -> None:
        """Keep one commit, and how far the versions have come."""
        self._database.execute("BEGIN")
        try:
            self._write(change)
            self._database.execute("COMMIT")
        except sqlite3.Error:  # a full disk, say: nothing has happened, and the next may fit
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise

    def _write(self, change: store.Change) -> None:
        if change.type == "DELETED":
            self._database.execute(
                "DELETE FROM objects WHERE resource = ? AND namespace = ? AND name = ?", change.key
            )
        else:
            self._database.execute(
                "INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?)",
                (*change.key, json.dumps(change.obj)),
            )
        self._database.execute(
            "INSERT OR REPLACE INTO facts VALUES ('version', ?)", (str(change.version),)
        )

    def secret(self, name: str, fresh: bytes) -> bytes:
        """A secret that is kept in a file of its own, for its owner only.

        `fresh` makes it where there is none yet.
        """
        path = self.folder / name
        if path.exists():
            return path.read_bytes()
        draft = path.with_suffix(".new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(fresh)
            os.fsync(file.fileno())
        draft.replace(path)
        return fresh

    def close(self) -> None:
        """Finish."""
        self._database.close()
