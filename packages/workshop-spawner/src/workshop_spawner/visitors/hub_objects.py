"""JupyterHub's objects as the pages and the clean-up of anonymous visitors see them.

Visitors may be given any spawner class, so what only private attributes tell of a server (is it
being started or stopped?) is read here, and nowhere else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from logging import Logger
from typing import Any, Protocol

from jupyterhub import orm
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config


class HubGroup(Protocol):
    """A group of the hub."""

    name: str


class HubUser(Protocol):
    """A user of the hub."""

    name: str
    groups: Sequence[HubGroup]
    spawners: Mapping[str, HubSpawner]

    async def delete_spawners(self) -> None:
        """Forget the servers, which do not run."""


class HubUsers(Collection[str], Protocol):
    """All users of the hub."""

    settings: dict[str, Any]

    def delete(self, user: HubUser) -> None:
        """Delete one."""


class HubApp(Protocol):
    """The hub."""

    users: HubUsers
    authenticator: Any
    log: Logger


class HubProxy(Protocol):
    """What starts the hub's proxy, if the hub does."""

    should_start: bool
    # Only of one that is started by a command.
    command: list[str]


class StartingHub(HubApp, Protocol):
    """The hub before it serves."""

    tornado_settings: dict[str, Any]
    tornado_application: Any
    config: Config
    cookie_secret: bytes
    hub_prefix: str
    db: Any
    proxy: HubProxy
    spawner_class: type[Any]


class HubSpawner(Protocol):
    """A spawner of any class, as JupyterHub keeps it."""

    active: bool
    pending: str | None
    _stop_pending: bool
    _spawn_future: asyncio.Future[Any] | None


class Server:
    """One server of a user, whatever its spawner class."""

    def __init__(self, spawner: HubSpawner) -> None:
        self._spawner = spawner

    @property
    def is_busy(self) -> bool:
        """Whether it runs, starts or stops."""
        return bool(self._spawner.active or self._spawner.pending)

    @property
    def is_stopping(self) -> bool:
        """Whether a stop is under way, down to its last lines."""
        return bool(self._spawner._stop_pending or self.stop)

    @property
    def has_failed(self) -> bool:
        """Whether its last start has failed, and JupyterHub shows why."""
        return self._spawner._spawn_future is not None

    @property
    def runs(self) -> bool:
        """Whether it is up, and not being stopped."""
        return bool(self._spawner.active and not self._spawner._stop_pending)

    @property
    def stop(self) -> asyncio.Future[Any] | None:
        """The stop under way, if any; JupyterHub has none while it shuts down."""
        return getattr(self._spawner, "_stop_future", None)

    async def cancel_start(self) -> None:
        """Cut off a start that is under way, and wait until it has ended."""
        starting = self._spawner._spawn_future
        if starting is not None and self._spawner.pending == "spawn":
            starting.cancel()
            await asyncio.wait([starting])


def servers_of(user: HubUser) -> dict[str, Server]:
    """The servers of a user by name."""
    return {name: Server(spawner) for name, spawner in user.spawners.items()}


def is_by_database(error: BaseException | None) -> bool:
    """Whether an error is one of the hub's database."""
    return isinstance(error, SQLAlchemyError)


def has_database(db: Any) -> bool:
    """Whether the hub's database (a session of SQLAlchemy) answers."""
    try:
        db.query(orm.Server.id).first()
    except SQLAlchemyError:
        db.rollback()
        return False
    return True


def list_server_hosts(db: Any) -> set[str]:
    """Where users' servers are by the hub's database: addresses, or names of hosts."""
    return {host for (host,) in db.query(orm.Server.ip).filter(orm.Server.spawner.has())}


def open_spawner(user: Any) -> Any:
    """The spawner of a user's own server, a new one after a failure; by JupyterHub 5 and 6."""
    create = getattr(user, "get_or_create_spawner", None)
    if create is not None:
        return create("", "", replace_failed=True)
    return user.get_spawner("", replace_failed=True)


def allow_start(spawner: HubSpawner) -> None:
    """Forget that the last start has failed, as somebody has asked for another one."""
    last = spawner._spawn_future
    if last is not None and last.done():
        spawner._spawn_future = None
