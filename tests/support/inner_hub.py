"""JupyterHub's database, users and spawners in this process, without its pages and its proxy.

For tests that start and stop hundreds of sessions: `jupyterhub.user.User` and the spawners are the
real ones, pods are the emulator's; no process is started. A kubelet of three lines calls each pod
ready, and one server on loopback answers for all of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any

from aiohttp import web
from jupyterhub import objects, orm, roles
from jupyterhub.auth import DummyAuthenticator
from jupyterhub.user import User
from kubespawner import KubeSpawner
from kubespawner.clients import _client_cache
from traitlets.config import Config

from workshop_kube.client import Cluster
from workshop_kube.errors import KubeError
from workshop_spawner import WorkshopSpawner
from workshop_spawner.context import HubContext
from workshop_spawner.hub_tasks import hub_identity, renames
from workshop_spawner.hub_tasks.hub_lease import HubLease
from workshop_spawner.start.lasting_notes import LastingNotes

NAMESPACE = "workshops"
LOG = logging.getLogger("inner-hub")
WEB_HEADERS = {"X-JupyterHub-Version": "5.3.0"}


class Kubelet:
    """Calls each pod ready, and answers on all their ports."""

    def __init__(self, pocket: Any, connection: Any) -> None:
        self._pocket = pocket
        self._connection = connection
        self._news = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    async def start(self) -> None:
        """Serve, and follow the pods."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.01)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        self._pocket.run(lambda: self._pocket.plane.store.listeners.append(self._tell))
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop both."""
        self._pocket.run(lambda: self._pocket.plane.store.listeners.remove(self._tell))
        self._task.cancel()
        await asyncio.wait([self._task])
        await self._runner.cleanup()

    async def _answer(self, _: web.Request) -> web.Response:
        return web.Response(headers=WEB_HEADERS)

    def _tell(self, _: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop rests between two rules
            self._loop.call_soon_threadsafe(self._news.set)

    async def _run(self) -> None:
        async with Cluster(self._connection) as admin:
            while True:
                self._news.clear()
                try:
                    await self._look(admin)
                except KubeError:  # one is gone by now: look again
                    continue
                await self._news.wait()

    async def _look(self, admin: Cluster) -> None:
        for pod in await admin.list("v1", "Pod", NAMESPACE):
            if (pod.get("status") or {}).get("phase") in (None, "Pending"):
                await admin.change(pod, {"status": self._make_status(pod)}, "status")

    def _make_status(self, pod: dict[str, Any]) -> dict[str, Any]:
        state = {"running": {"startedAt": pod["metadata"]["creationTimestamp"]}}
        containers = [
            {
                "name": each["name"],
                "image": each["image"],
                "imageID": "",
                "ready": True,
                "restartCount": 0,
                "state": state,
            }
            for each in pod["spec"]["containers"]
        ]
        return {
            "phase": "Running",
            "podIP": "127.0.0.1",
            "containerStatuses": containers,
            "conditions": [{"type": "Ready", "status": "True"}],
        }


class InnerHub:
    """One hub: its database stays over restarts; `lose_database` gives it an empty one."""

    def __init__(self) -> None:
        self.lose_database()
        self.has_ended = False
        self._users: dict[str, User] = {}
        self._lease: asyncio.Task[None] | None = None
        self._unfollow: Callable[[], None] = do_nothing

    def lose_database(self) -> None:
        """Begin with an empty database, as a new hub has it."""
        if hasattr(self, "db"):
            self.close_database()
        self.db = orm.new_session_factory("sqlite:///:memory:")()
        for role in roles.get_default_roles():
            roles.create_role(self.db, role)
        self.db.add(orm.OAuthClient(identifier="jupyterhub"))
        self.db.commit()
        self.id = hub_identity.read_hub_id(self.db)

    def close_database(self) -> None:
        """Close it for good."""
        engine = self.db.get_bind()
        self.db.close()
        engine.dispose()

    async def start(self, spawner_class: type[KubeSpawner], config: Config) -> None:
        """Start (again), with a class and settings."""
        self.spawner_class = spawner_class
        self.config = config
        self.settings: dict[str, Any] = {
            "config": config,
            "spawner_class": spawner_class,
            "authenticator": DummyAuthenticator(),
            "hub": objects.Hub(ip="127.0.0.1", port=8081, base_url="/hub/"),
            "base_url": "/",
        }
        self.context = HubContext.of(self.settings)
        # What runs beside the sessions is begun by hand.
        self.context.has_begun = True
        self.context.hub_id = self.id
        self._users = {}
        for record in self.db.query(orm.Spawner).filter(orm.Spawner.server != None):  # noqa: E711
            await self._check(self.find_user(record.user.name))

    async def _check(self, user: User) -> None:
        """As JupyterHub does with each server that it finds running in its database."""
        if await user.spawner.poll() is not None:
            await user.stop()

    async def hold_name(self, cluster: Any, application: str, *, takes_over: bool = False) -> None:
        """Hold the application's Lease until `stop`; `has_ended` where that ends the hub."""
        lease = HubLease(cluster, NAMESPACE, application, self.id, takes_over=takes_over, log=LOG)

        async def hold() -> None:
            try:
                await lease.hold()
            except SystemExit:
                self.has_ended = True

        if issubclass(self.spawner_class, WorkshopSpawner):
            self.context.notes = LastingNotes(cluster, NAMESPACE, application, LOG)
            self._unfollow = renames.follow(self.context, self.db, self.context.notes)
        self._lease = asyncio.create_task(hold())
        await lease.is_decided.wait()
        await asyncio.sleep(0)

    async def wait_ended(self) -> None:
        """Wait until another hub has ended this one."""
        assert self._lease is not None
        await self._lease

    def find_user(self, name: str) -> User:
        """The user, made at first login."""
        if name not in self._users:
            found = orm.User.find(self.db, name)
            if found is None:
                found = orm.User(name=name)
                self.db.add(found)
                self.db.commit()
            self._users[name] = User(found, self.settings, self.db)
        return self._users[name]

    async def spawn(self, name: str) -> None:
        """Start a user's server, as the hub's handlers do."""
        user = self.find_user(name)
        user.get_spawner("", replace_failed=True)
        await user.spawn()

    async def rename(self, old: str, new: str) -> None:
        """As JupyterHub's API does it; returns once all that this begins is done."""
        user, before = self.find_user(old), self.context.tasks
        user.name = new
        self.db.commit()
        self._users[new] = self._users.pop(old)
        await asyncio.gather(*(self.context.tasks - before))

    async def stop(self) -> None:
        """The hub ends, its sessions run on."""
        self._unfollow()
        self._unfollow = do_nothing
        for user in self._users.values():
            for spawner in user.spawners.values():
                spawner.stop_polling()
        for task in (*self.context.tasks, *([self._lease] if self._lease else [])):
            task.cancel()
            await asyncio.wait([task])
        self._lease = None
        await stop_watches()


def do_nothing() -> None:
    """Nothing to be ended."""


async def stop_watches() -> None:
    """KubeSpawner keeps its watches on its class: another hub begins its own."""
    watches = list(KubeSpawner.reflectors.values())
    KubeSpawner.reflectors.clear()
    for watch in watches:
        await watch.stop()


async def close_clients() -> None:
    """KubeSpawner's clients close with the tasks that keep them."""
    for shared in _client_cache.values():
        await shared.api_client.rest_client.pool_manager.connector.close(abort_ssl=True)
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
        await asyncio.wait([task])
    _client_cache.clear()
