"""The hub's database: where it is, and to wait for it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec

from hub_settings import Settings
from sqlalchemy import create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError

PAUSE = 2.0
CONNECT_SECONDS = 5


def make_database_url(settings: Settings) -> str:
    """The database of the settings, as SQLAlchemy reads it."""
    if settings.database_host is None:
        return f"sqlite:///{settings.data / 'jupyterhub.sqlite'}"
    host, port = settings.database_host
    # Said, as SQLAlchemy's own choice depends on its version.
    driver = "psycopg" if find_spec("psycopg") else "psycopg2"
    return URL.create(
        f"postgresql+{driver}",
        settings.database_user,
        settings.database_password,
        host,
        port,
        settings.database_name,
    ).render_as_string(hide_password=False)


def problem_with_folder(settings: Settings, url: str) -> str | None:
    """Why the hub could not keep what it must; None if it can, or needs no folder."""
    folder = settings.data
    has_file = make_url(url).database == str(folder / "jupyterhub.sqlite")
    needed = has_file or settings.cookie_secret is None
    if not needed or os.access(folder, os.W_OK):
        return None
    return (
        f"{folder} cannot be written by the user {os.getuid()} with the group {os.getgid()}: mount "
        "a volume there, or set DATABASE_HOST and COOKIE_SECRET, with which none is needed."
    )


def wait_for_database(
    url: str, seconds: float, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Return once the database answers, however it was named; SystemExit when it does not.

    Files need no waiting. What a server says but cannot mend by waiting - a wrong password, no
    such database - may be a server that is being set up, so it is waited for all the same, and
    told.
    """
    place = make_url(url)
    if place.get_backend_name() == "sqlite":
        return
    end, told = time.monotonic() + seconds, ""
    while problem := problem_with_database(place):
        if time.monotonic() >= end:
            raise SystemExit(
                f"The database at {place.host} did not let the hub in within {seconds:.0f} s: "
                f"{problem}. Check DATABASE_HOST, DATABASE_NAME, DATABASE_USER and "
                "DATABASE_PASSWORD, or raise DATABASE_WAIT."
            )
        if problem != told:
            print(f"Waiting for the database at {place.host}: {problem}", file=sys.stderr)
            told = problem
        sleep(PAUSE)


def problem_with_database(place: URL) -> str | None:
    """Why the server does not let us in now; None if it does. SystemExit without a driver."""
    try:
        limit = (
            {"connect_timeout": CONNECT_SECONDS} if place.get_backend_name() == "postgresql" else {}
        )
        engine = create_engine(place, connect_args=limit)
    except (ImportError, SQLAlchemyError) as error:
        raise SystemExit(
            f"c.JupyterHub.db_url begins with {place.drivername}, for which this image has no "
            f"driver ({error}). Take DATABASE_HOST, or add the driver to requirements.txt."
        ) from None
    try:
        engine.connect().close()
    except OperationalError as error:
        return " ".join(str(error.orig).split())
    finally:
        engine.dispose()
    return None
