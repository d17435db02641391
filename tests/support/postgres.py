"""A real PostgreSQL from the machine's packages, on loopback, for tests.

with make_server() as server:
    server.start(); server.stop()     # a hub that waits sees both

Its programs refuse to run as root: then they run as `nobody`.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ports import hold_port

PASSWORD = "of-the-hub"
FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
NOBODY = 65534


def problem_with_postgres() -> str | None:
    """Why there is none here; None if there is one."""
    if FOLDERS:
        return None
    return "needs PostgreSQL's server (apt-get install postgresql)"


@dataclass
class Postgres:
    """One server with the user and the database `jupyterhub`."""

    folder: Path
    port: int

    @property
    def address(self) -> str:
        """Host and port, as DATABASE_HOST has them."""
        return f"127.0.0.1:{self.port}"

    def run(self, program: str, *words: str) -> str:
        """Run one of its programs to its end; what it printed."""
        command = [str(FOLDERS[-1] / program), *words]
        if os.getuid() == 0:
            user = ["--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"]
            command = ["setpriv", *user, *command]
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"
        return done.stdout

    def create(self) -> None:
        """Make the files of a server whose users have passwords."""
        self.folder.mkdir()
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        for path in (self.folder, secret):
            if os.getuid() == 0:
                os.chown(path, NOBODY, NOBODY)
        options = ["--username=jupyterhub", f"--pwfile={secret}", "--auth=scram-sha-256"]
        self.run("initdb", *options, "--no-sync", f"--pgdata={self.folder / 'data'}")

    def start(self) -> None:
        """Serve; returns once it answers."""
        options = f"-p {self.port} -h 127.0.0.1 -k '' -c fsync=off"
        log = self.folder / "log"
        self.run("pg_ctl", "start", "-w", f"-D{self.folder / 'data'}", f"-l{log}", f"-o{options}")

    def query(self, text: str, database: str = "postgres") -> str:
        """What psql says."""
        place = f"postgresql://jupyterhub:{PASSWORD}@{self.address}/{database}"
        return self.run("psql", place, "-Atc", text)

    def stop(self) -> None:
        """End it, if it runs."""
        if (self.folder / "data" / "postmaster.pid").exists():
            self.run("pg_ctl", "stop", "-w", "-mimmediate", f"-D{self.folder / 'data'}")


@contextlib.contextmanager
def make_server() -> Iterator[Postgres]:
    """A server whose files are made, not started; gone at the end."""
    # Not below pytest's folder, which is nobody else's.
    with hold_port() as held, tempfile.TemporaryDirectory(prefix="postgres-") as parent:
        Path(parent).chmod(0o755)
        server = Postgres(Path(parent, "server"), held.port)
        server.create()
        try:
            yield server
        finally:
            server.stop()
