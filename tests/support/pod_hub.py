"""The hub of the image, started as in a pod, beside a cluster with the rights of templates/ only.

`PodHub` is a RealHub with the configuration of images/hub as it is shipped: its ports, its paths,
its folders. What an admin mounts is in `folder`: `configs`, `data`, `src`, `oauth`, `resources`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

import pod_command
import realhub

IMAGE, HOME, CONFIG = pod_command.IMAGE, pod_command.HOME, pod_command.CONFIG
ROOT = IMAGE.parents[1]
RIGHTS = {
    "hosted-workshop": "hub-rbac-hosted-workshop.yaml",
    "jumpbox-server": "hub-rbac-jumpbox-server.yaml",
    "learning-portal": "hub-rbac.yaml",
    "terminal-server": "hub-rbac-hosted-workshop.yaml",
    "user-workspace": "hub-rbac-user-workspace.yaml",
}
POD_ROOT = Path(__file__).with_name("pod_root.py")
NAMESPACE = "workshop"
ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
MOUNTED = ("configs", "src", "oauth", "resources")


def find_rights(mode: str) -> Path:
    """The template with the rights of a mode."""
    return ROOT / "templates" / RIGHTS[mode]


def read_rights(mode: str) -> Iterator[dict[str, Any]]:
    """Its objects, as they are applied in the hub's namespace."""
    yield from _read_objects(find_rights(mode))


def read_more_rights(*settings: str) -> Iterator[dict[str, Any]]:
    """What these settings need besides, as it is applied."""
    for document in _read_objects(ROOT / "templates" / "hub-rbac-settings.yaml"):
        if document["metadata"]["labels"]["setting"] in settings:
            yield document


def _read_objects(file: Path) -> Iterator[dict[str, Any]]:
    for document in yaml.safe_load_all(file.read_text().replace("HUB_NAMESPACE", NAMESPACE)):
        if not document["kind"].startswith("Cluster"):
            document["metadata"]["namespace"] = NAMESPACE
        yield document


def mount_account(cluster: Any, folder: Path) -> Path:
    """What the kubelet mounts into a pod of the account `hub`."""
    folder.mkdir()
    (folder / "token").write_text(cluster.token(NAMESPACE, "hub"))
    (folder / "namespace").write_text(NAMESPACE)
    (folder / "ca.crt").write_text(cluster.ca_file.read_text())
    return folder


@dataclass
class PodHub(realhub.RealHub):
    """`env` are the settings; `address` is the cluster's, or empty for a pod that is not told."""

    account: Path | None = None
    address: str = ""
    has_volume: bool = True
    port = 8080  # type: ignore[assignment]
    hub_port = 8081  # type: ignore[assignment]

    def prepare(self) -> None:
        """Make the folders that a pod would have mounted."""
        for name in (*MOUNTED, "data"):
            (self.folder / name).mkdir(exist_ok=True)
            # fsGroup, or the group 0 of the image's folders: the group may write.
            (self.folder / name).chmod(0o775)
        (self.folder / "root").mkdir(exist_ok=True)
        pod_command.make_links(self.folder / "bin")

    def write(self, path: str, text: str) -> None:
        """Mount a file, such as `configs/jupyterhub_config.py`."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def _make_plan(self) -> Path:
        read_only = {f"/opt/app-root/{name}": str(self.folder / name) for name in MOUNTED}
        read_only["/opt/workshop/etc"] = str(IMAGE)
        read_only["/opt/workshop/bin"] = str(self.folder / "bin")
        if self.account:
            read_only[ACCOUNT] = str(self.account)
        data = {"/opt/app-root/data": str(self.folder / "data")}
        writable = data if self.has_volume else {}
        read_only |= {} if self.has_volume else data
        plan = self.folder / "plan.json"
        plan.write_text(json.dumps({"read_only": read_only, "writable": writable, "empty": []}))
        return plan

    def _make_environment(self) -> dict[str, str]:
        path = f"/opt/workshop/bin:{os.environ['PATH']}"
        told: dict[str, str] = {"HOME": HOME, "LANG": "C.UTF-8", "PATH": path}
        if self.address:
            place = urlsplit(self.address)
            told["KUBERNETES_SERVICE_HOST"] = str(place.hostname)
            told["KUBERNETES_SERVICE_PORT"] = str(place.port)
        return {**told, **self.env}

    async def begin(self) -> None:
        """Start without waiting for anything."""
        out = self._log_pipe()
        words = (str(self.folder / "root"), str(self._make_plan()))
        program = (sys.executable, "-m", "jupyterhub", "-f", CONFIG)
        self.process = await asyncio.create_subprocess_exec(
            *("unshare", "--mount", "--propagation", "private"),
            *(sys.executable, str(POD_ROOT), *words, *program),
            env=self._make_environment(),
            stdout=out,
            stderr=out,
            start_new_session=True,
        )

    async def start(self) -> None:
        """Start, and return once the hub says that it runs."""
        start = len(self.log)
        await self.begin()
        await self.logged(realhub.READY, since=start, seconds=realhub.START_SECONDS)

    def _forget(self) -> None:
        self.process = None  # asyncio's own process, not one of RealHub's forks

    async def end(self) -> str:
        """Wait until a hub that refuses to start has ended; what it said."""
        assert self.process is not None
        async with asyncio.timeout(realhub.START_SECONDS):
            await self.process.wait()
        assert self.process.returncode
        with contextlib.suppress(BlockingIOError):  # the loop has read it all
            self._read()
        return self.log_text


def make_hub(folder: Path, cluster: Any, environment: Mapping[str, str]) -> PodHub:
    """A hub of these settings for a cluster, not started yet; its account with its rights."""
    folder.mkdir()
    cluster.apply(*read_rights(environment["CONFIGURATION_TYPE"]))
    account = mount_account(cluster, folder / "account")
    hub = PodHub(folder, "", environment, account=account, address=cluster.url)
    hub.prepare()
    return hub
