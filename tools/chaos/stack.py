"""What a chaos run has up: cluster, node, database, hub with its proxy and its culler.

All on loopback, as children of this program, each started again when it is killed. The hub's
rights are those of templates/hub-rbac.yaml, with what a reserve needs.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

import cluster
import postgres
from chaos import accounts
from chaos.cluster_view import ClusterView
from chaos.parts import Part, ViolationError, reap_orphans
from ports import HeldPort, hold_port

HERE = Path(__file__).resolve().parent
DEMO = HERE.parents[1] / "demo"
FAKETIME = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
READY = "JupyterHub is now running"
RIGHTS = (
    ("clusterroles/workshop-hub-projects", ["namespaces"]),
    ("namespaces/workshop/roles/workshop-hub", ["serviceaccounts", "pods"]),
)
RESERVED_SESSIONS = 2
RESERVED_PODS = 1
IDLE_SECONDS = 30
IDLE_GRACE_SECONDS = 35
ORPHAN_GRACE_SECONDS = 15


@dataclass
class Stack:
    """The running parts, and what is known about them."""

    folder: Path
    complain: Callable[[ViolationError], None]
    settings: Mapping[str, str]
    api: Part
    node: Part
    hub: Part
    second: Part
    accounts: Part
    accounts_url: str
    database: postgres.Postgres | None
    clock: Path
    view: ClusterView
    pod_logs: Path
    _kept: dict[Path, int] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """What people open; ends in a slash."""
        return self.settings["DEMO_URL"]

    @property
    def parts(self) -> tuple[Part, ...]:
        """All of them, in the order in which they are started."""
        return (self.api, self.node, self.hub, self.second, self.accounts)

    @property
    def is_up(self) -> bool:
        """Whether all that should run has said that it is ready."""
        return all(part.is_up.is_set() for part in (self.api, self.node, self.hub))

    @property
    def proxy(self) -> int:
        """The process of the hub's proxy; 0 while there is none."""
        with contextlib.suppress(OSError, ValueError):
            return int((self.hub.folder / "proxy.pid").read_text())
        return 0

    def find_culler(self) -> int:
        """The process of the hub's culler; 0 while there is none."""
        if not self.hub.is_running:
            return 0
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in psutil.Process(self.hub.pid).children(recursive=True):
                if "workshop_culler" in child.cmdline():
                    return child.pid
        return 0

    def keep_pod_logs(self) -> None:
        """Copy what pods have logged since the last time: their folders go with them."""
        with contextlib.suppress(OSError):  # folders go while one looks into them
            for path in (self.folder / "node").glob("pods/*/logs/*"):
                self._keep_log(path)

    def _keep_log(self, path: Path) -> None:
        with contextlib.suppress(OSError), path.open("rb") as log:
            log.seek(self._kept.get(path, 0))
            with (self.pod_logs / f"{path.parts[-3]}-{path.name}").open("ab") as kept:
                shutil.copyfileobj(log, kept)
            self._kept[path] = log.tell()

    def find_logs(self) -> list[Path]:
        """All that anybody has logged."""
        own = [part.log for part in self.parts if part.log.exists()]
        return [*own, *self.pod_logs.iterdir()]


def make_settings(folder: Path, ports: Mapping[str, HeldPort], clock: Path) -> dict[str, str]:
    """What the hub's configuration reads from its environment."""
    return {
        "DEMO_FOLDER": str(folder),
        "DEMO_URL": f"http://127.0.0.1:{ports['public'].port}/",
        "DEMO_HUB_PORT": str(ports["hub"].port),
        "DEMO_PROXY_PORT": str(ports["proxy"].port),
        "DEMO_CULLER_PORT": str(ports["culler"].port),
        "DEMO_CHECK_TOKEN": secrets.token_hex(16),
        "DEMO_INSTRUCTOR_CODE": secrets.token_hex(16),
        "DEMO_AUTO_START": "",
        "DEMO_ACCESS_CODE": "",
        "DEMO_SESSION_LIMIT": "0",
        "DEMO_IDLE_SECONDS": str(IDLE_SECONDS),
        "DEMO_AGE_SECONDS": str(24 * 3600),
        "DEMO_NOTES": str(DEMO / "notes"),
        "CHAOS_DEMO_CONFIG": str(DEMO / "jupyterhub_config.py"),
        "CHAOS_DATABASE": f"sqlite:///{folder}/hub.sqlite",
        "CHAOS_RESERVED_SESSIONS": str(RESERVED_SESSIONS),
        "CHAOS_RESERVED_PODS": str(RESERVED_PODS),
        "CHAOS_IDLE_GRACE": str(IDLE_GRACE_SECONDS),
        "CHAOS_ORPHAN_GRACE": str(ORPHAN_GRACE_SECONDS),
        **make_clock(clock),
    }


def make_clock(clock: Path) -> dict[str, str]:
    """The environment of a process whose clock goes as this file says, where that can be done."""
    if not FAKETIME:
        return {"CHAOS_CLOCK": ""}
    clock.write_text("+0")
    names = {
        "LD_PRELOAD": str(FAKETIME[0]),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    return {"CHAOS_CLOCK": " ".join(names), **names}


@contextlib.asynccontextmanager
async def open_stack(
    folder: Path, complain: Callable[[ViolationError], None]
) -> AsyncIterator[Stack]:
    """Everything started; ended in reverse order."""
    async with contextlib.AsyncExitStack() as stack:
        names = ("public", "hub", "proxy", "culler", "api", "oauth")
        others = ("public", "hub", "proxy", "culler")
        ports = {name: stack.enter_context(hold_port()) for name in names}
        second_ports = {name: stack.enter_context(hold_port()) for name in others}
        accounts_ports = {name: stack.enter_context(hold_port()) for name in others[:3]}
        admin, account = folder / "admin.kubeconfig", folder / "hub.kubeconfig"
        api, node = make_cluster(folder, ports, admin)
        known: list[Part] = [api, node]
        reaper = asyncio.create_task(reap_orphans(lambda: pids_of(known)))
        stack.callback(reaper.cancel)
        await start(stack, api, complain)
        await cluster.prepare(admin, account)
        await start(stack, node, complain)
        view = await stack.enter_async_context(ClusterView.open(admin))
        await allow_reserve(view)
        database = open_database(stack)
        clock = folder / "clock"
        settings = make_settings(folder, ports, clock) | {"KUBECONFIG": str(account)}
        if database is not None:
            address = (
                f"postgresql+psycopg://jupyterhub:{postgres.PASSWORD}@{database.address}/postgres"
            )
            settings["CHAOS_DATABASE"] = address
        hub = make_hub("hub", folder, settings)
        second = make_second(folder, second_ports, account)
        with_accounts = accounts.make_part(folder, accounts_ports, view)
        accounts_url = f"http://127.0.0.1:{accounts_ports['public'].port}/"
        await accounts.register(view, accounts_url)
        known += [hub, second, with_accounts]
        logs = folder / "pod-logs"
        logs.mkdir()
        stack.push_async_callback(second.stop)
        stack.push_async_callback(with_accounts.stop)
        parts = (api, node, hub, second, with_accounts)
        rest = (accounts_url, database, clock, view, logs)
        made = Stack(folder, complain, settings, *parts, *rest)
        await start(stack, hub, complain)
        yield made


async def start(
    stack: contextlib.AsyncExitStack, part: Part, complain: Callable[[ViolationError], None]
) -> None:
    """Start a part that ends with the stack."""
    stack.push_async_callback(part.stop)
    await part.start(complain)
    if not part.is_up.is_set():
        raise ViolationError(f"{part.name} did not start; see {part.log}")


def pids_of(parts: list[Part]) -> set[int]:
    """The processes that somebody waits for already."""
    return {part.process.pid for part in parts if part.process is not None}


def make_cluster(folder: Path, ports: Mapping[str, HeldPort], admin: Path) -> tuple[Part, Part]:
    """The API server and the node agent."""
    user = ["--user", f"{accounts.USER}:{accounts.PASSWORD}"]
    words = ["--port", str(ports["api"].port), "--oauth-port", str(ports["oauth"].port)]
    places = ["--kubeconfig", str(admin), "--data", str(folder / "data")]
    serve = [sys.executable, str(HERE / "api_server.py"), *words, *places, *user]
    node = ["--kubeconfig", str(admin), "--data", str(folder / "node"), "--restart-backoff=1"]
    run = [sys.executable, str(HERE / "node_agent.py"), *node]
    return Part("api", serve, "ready https://", folder), Part("node", run, "ready", folder)


def make_hub(name: str, folder: Path, settings: Mapping[str, str]) -> Part:
    """A hub with its proxy and its culler."""
    config = str(HERE / "jupyterhub_config.py")
    command = [sys.executable, "-m", "jupyterhub", "-f", config]
    return Part(name, command, READY, folder, settings, may_end="Another hub")


def make_second(folder: Path, ports: Mapping[str, HeldPort], account: Path) -> Part:
    """A hub of the same name and account, with a database, a proxy and a culler of its own."""
    own = folder / "second"
    own.mkdir()
    settings = make_settings(own, ports, folder / "second-clock") | {
        "KUBECONFIG": str(account),
        "CHAOS_RESERVED_SESSIONS": "0",
        "CHAOS_RESERVED_PODS": "0",
    }
    return make_hub("second", own, settings)


def open_database(
    stack: contextlib.ExitStack | contextlib.AsyncExitStack,
) -> postgres.Postgres | None:
    """A PostgreSQL where this machine has one; else hubs keep to SQLite."""
    if postgres.problem_with_postgres():
        return None
    server = stack.enter_context(postgres.make_server())
    server.start()
    return server


async def allow_reserve(view: ClusterView) -> None:
    """The rights that reserved sessions and pods need beside those of the template."""
    for name, resources in RIGHTS:
        path = f"/apis/rbac.authorization.k8s.io/v1/{name}"
        _, role = await view.ask("GET", path)
        role["rules"].append({"apiGroups": [""], "resources": resources, "verbs": ["patch"]})
        status, body = await view.ask("PUT", path, role)
        assert status == 200, body


def freeze(pids: list[int], signal_number: int) -> None:
    """Send a signal to processes of ours, those that have ended left out."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal_number)
