"""The demo's parts with pods that share one process: cluster, pods, and a hub with all of its."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import psutil
from kubernetes_asyncio import client, config, utils

import children
import cluster
import serve
from load.rules.requests import Count

TOOLS = Path(__file__).resolve().parents[1]
DEMO = Path(serve.__file__).resolve().parent
RESERVE_SECONDS = 600.0
GONE_SECONDS = 300.0
# A hub commits to its database some 25 times a start; what somebody else's disk takes for that says
# nothing of it. In memory where there is such a folder.
MEMORY = next((folder for folder in ("/dev/shm",) if os.access(folder, os.W_OK)), None)
CHILDREN = {"proxy": "configurable-http-proxy", "culler": "workshop_culler"}
MIB = 1024 * 1024
PATCHES = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "ClusterRole",
    "metadata": {"name": "load-reserve"},
    "rules": [
        {
            "apiGroups": [""],
            "resources": ["namespaces", "serviceaccounts", "pods"],
            "verbs": ["patch"],
        }
    ],
}
PATCHES_BINDING = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "ClusterRoleBinding",
    "metadata": {"name": "load-reserve"},
    "roleRef": {
        "apiGroup": "rbac.authorization.k8s.io",
        "kind": "ClusterRole",
        "name": "load-reserve",
    },
    "subjects": [
        {"kind": "ServiceAccount", "name": cluster.ACCOUNT, "namespace": cluster.NAMESPACE}
    ],
}


@dataclass(frozen=True)
class Kind:
    """What is measured: our hub with so many reserved sessions and pods, or (`peer`) KubeSpawner.

    A pod is ready so many seconds after it was made.
    """

    name: str
    sessions: int = 0
    pods: int = 0
    peer: bool = False
    ready_seconds: float = 0.0


@dataclass
class Stack:
    """A running stack. `url` is the workshop's; `holds` is the file of load/loop_clock.py."""

    kind: Kind
    url: str
    admin: Path
    holds: Path
    counts_url: str
    settings: Mapping[str, str]
    processes: Mapping[str, psutil.Process]
    http: aiohttp.ClientSession = field(repr=False)

    async def count_requests(self) -> tuple[Count, ...]:
        """The API requests of the hub's account so far."""
        async with self.http.get(self.counts_url) as answer:
            rows = await answer.json()
        owner = f":{cluster.NAMESPACE}:{cluster.ACCOUNT}"
        return tuple(Count(*row[1:]) for row in rows if row[0].endswith(owner))

    async def list_users(self) -> list[str]:
        """The names of the hub's users."""
        headers = {"Authorization": f"token {self.settings['DEMO_CHECK_TOKEN']}"}
        url, names = f"{self.url}hub/api/users?limit=200", []
        while url:
            accept = {"Accept": "application/jupyterhub-pagination+json"}
            async with self.http.get(url, headers={**headers, **accept}) as answer:
                page = await answer.json()
            names += [user["name"] for user in page["items"]]
            following = page["_pagination"]["next"]
            url = following["url"] if following else ""
        return names

    async def find_leftovers(self) -> list[str]:
        """What is in cluster and hub of sessions, as "kind/name"; the reserve is none."""
        left = await self._list("class=session")
        if not self.kind.peer:
            left += [f"user/{name}" for name in await self.list_users()]
        return left

    async def _list(self, selector: str) -> list[str]:
        async with await config.new_client_from_config(str(self.admin)) as api:
            core = client.CoreV1Api(api)
            pods = "component=singleuser-server" if self.kind.peer else selector
            found = {
                "project": (await core.list_namespace(label_selector=selector)).items,
                "account": (
                    await core.list_service_account_for_all_namespaces(label_selector=selector)
                ).items,
                "pod": (await core.list_pod_for_all_namespaces(label_selector=pods)).items,
            }
        return [f"{kind}/{one.metadata.name}" for kind, items in found.items() for one in items]

    async def wait_until_gone(self) -> list[str]:
        """Wait until nothing is left of any session; what still is after some minutes."""
        left: list[str] = []
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GONE_SECONDS):
                while left := await self.find_leftovers():
                    await asyncio.sleep(0.5)  # a poll with a deadline: two systems, no event
        return left

    async def wait_for_reserve(self) -> None:
        """Wait until the reserve is full, and its pods are ready."""
        async with asyncio.timeout(RESERVE_SECONDS):
            while await self._count_reserve() < (self.kind.sessions, self.kind.pods):
                await asyncio.sleep(0.5)

    async def _count_reserve(self) -> tuple[int, int]:
        async with await config.new_client_from_config(str(self.admin)) as api:
            core = client.CoreV1Api(api)
            found = await core.list_service_account_for_all_namespaces(
                label_selector="class=reserve"
            )
            pods = await core.list_namespaced_pod(cluster.NAMESPACE, label_selector="class=reserve")
        ready = "workshop.jupyter.org/ready"
        sessions = sum(ready in (item.metadata.annotations or {}) for item in found.items)
        running = sum(pod.status.phase == "Running" for pod in pods.items)
        return min(sessions, self.kind.sessions), min(running, self.kind.pods)

    def read_cpu(self, part: str) -> float:
        """Seconds of processor time of a part so far."""
        times = self.processes[part].cpu_times()
        return float(times.user + times.system)

    def read_all_cpu(self) -> dict[str, float]:
        """The same of all parts; proxy and culler are children of the hub, visitors are we."""
        children = self.processes["hub"].children()
        named = {name: find_child(children, text) for name, text in CHILDREN.items()}
        found = {**self.processes, **named, "visitors": psutil.Process()}
        return {
            name: float(sum(process.cpu_times()[:2]))
            for name, process in found.items()
            if process is not None
        }

    def read_memory(self, part: str) -> float:
        """The resident set of a part, in MiB."""
        return float(self.processes[part].memory_info().rss / MIB)

    def read_holds(self) -> list[list[float]]:
        """What held the hub's loop: when, seconds, of them the CPU's, and the collector's."""
        return [json.loads(line) for line in self.holds.read_text().splitlines()]


@contextlib.asynccontextmanager
async def open_stack(kind: Kind, log: Path | None = None) -> AsyncIterator[Stack]:
    """A stack of this kind; everything of it ends with the block. `log` is what the parts say."""
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="load-", dir=MEMORY)))
        told = children.Log(log or folder / "load.log", show=False)
        stack.callback(told.close)
        start = children.starter(stack, told)
        ports = serve.hold_ports(0, stack)
        admin = folder / "admin.kubeconfig"
        path = os.pathsep.join([str(TOOLS), *filter(None, [os.environ.get("PYTHONPATH")])])
        env = {"PYTHONPATH": path, "WORKSHOP_FOLDER": str(DEMO / "notes")}
        parts = {}
        command = python("load.cluster_process", "--kubeconfig", str(admin))
        parts["cluster"] = await start(command, what="the cluster", ready="ready https", env=env)
        hub = await prepare(admin, folder / "hub.kubeconfig")
        command = python(
            *("load.pods", "--kubeconfig", str(admin), "--home", str(folder / "homes")),
            *("--ready", str(kind.ready_seconds)),
        )
        parts["pods"] = await start(command, what="the pods", ready="ready", env=env)
        options = serve.parse_arguments([])
        settings = serve.make_settings(options, ports, folder, hub) | make_environment(kind, folder)
        parts["hub"] = await start(
            python("jupyterhub", "-f", str(TOOLS / "load" / "jupyterhub_config.py")),
            what="the hub",
            ready="JupyterHub is now running",
            env=env | settings,
            cwd=folder,
        )
        http = await stack.enter_async_context(aiohttp.ClientSession())
        yield Stack(
            kind,
            settings["DEMO_URL"],
            admin,
            folder / "holds",
            admin.with_suffix(".counts").read_text(),
            settings,
            {name: psutil.Process(process.pid) for name, process in parts.items()},
            http,
        )


def find_child(children: Sequence[psutil.Process], text: str) -> psutil.Process | None:
    """The first process whose command line has the text in it."""
    return next((each for each in children if text in " ".join(each.cmdline())), None)


def python(module: str, *words: str) -> list[str]:
    """The command of a module."""
    return [sys.executable, "-m", module, *words]


def make_environment(kind: Kind, folder: Path) -> dict[str, str]:
    """What load/jupyterhub_config.py reads beside the demo's settings."""
    return {
        "LOAD_DEMO_CONFIG": str(DEMO / "jupyterhub_config.py"),
        "LOAD_HOLDS": str(folder / "holds"),
        "LOAD_RESERVED_SESSIONS": str(kind.sessions),
        "LOAD_RESERVED_PODS": str(kind.pods),
        "LOAD_PEER": "yes" if kind.peer else "",
        "LOAD_TOKEN": secrets.token_hex(16),
    }


async def prepare(admin: Path, hub: Path) -> Path:
    """As the demo prepares its cluster, and the verbs that a reserve takes."""
    made = await cluster.prepare(admin, hub)
    async with await config.new_client_from_config(str(admin)) as api:
        for manifest in (PATCHES, PATCHES_BINDING):
            await utils.create_from_dict(api, manifest)
    return made
