"""Pods that share one process: `python -m load.pods --kubeconfig FILE --home FOLDER`.

Stands for nodes and kubelets where a pod as a process of its own (30 MB) would be too much for one
machine: watches pods, and runs the terminal's real server for each of them in this one loop, on an
address of the pod's own. Shells are real ones. A pod that waits for its visitor takes the sealed
hand-over by the launcher's own rules. What is left out, as it is no work of the hub's: images,
mounted tokens, and the start of a program, which takes the server a third of a second.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tornado import httpserver, netutil, web

from jupyterhub_butterfly import app as butterfly
from jupyterhub_butterfly import settings as hub_settings
from load import process_limits
from pocket_openshift.node import addresses, sources
from pocket_openshift.node.rules import environment, volumes
from workshop_kube import errors
from workshop_kube.client import Cluster, load_kubeconfig
from workshop_kube.rules.events import Listed
from workshop_kube.rules.manifests import Object
from workshop_launch import main as launcher
from workshop_launch import settings as launch
from workshop_launch.rules import requests

log = logging.getLogger("load.pods")

PORT = 8888
SHELL = ["/bin/bash", "-i"]
MOST_TERMINALS = 1000
BASICS = ("PATH", "LANG", "WORKSHOP_FOLDER")
STOP_SECONDS = 10.0


class Launcher(web.RequestHandler):
    """What `workshop-launch` answers in a pod that waits."""

    def initialize(self, pod: SharedPod) -> None:
        """Keep the pod."""
        self.pod = pod

    def get(self) -> None:
        """Say that it waits."""
        self.finish("waiting for its user\n")

    async def post(self) -> None:
        """Take the hand-over, or say why not."""
        told = self.pod.decide(self.request.body)
        if isinstance(told, str):
            self.set_status(403)
            self.finish(f"{told}\n")
            return
        self.pod.take(told)
        self.set_status(204)


class SharedPod:
    """One pod: an address, a server on it, and what runs beside."""

    def __init__(self, manifest: Object, home: Path) -> None:
        self.manifest = manifest
        self.home = home
        self.address = addresses.hold(manifest["metadata"]["uid"])
        self._server: httpserver.HTTPServer | None = None
        self._app: butterfly.ButterflyApp | None = None
        self._jobs: list[asyncio.Task[None]] = []
        self._environ: dict[str, str] = {}

    async def start(self, api: Cluster) -> None:
        """Serve on the pod's address."""
        self.home.mkdir()
        found = await sources.fetch(api, self.manifest, find_secrets(self.manifest), self._facts())
        self._environ = self._make_environment(found)
        if launch.is_asked_to_wait(self._environ):
            self._told = launch.parse_settings(self._environ)
            self._key = find_key(self.manifest, self._told.key, found)
            route = (requests.PATH, Launcher, {"pod": self})
            self._serve(web.Application([route]))
        else:
            self._serve(self._make_app(self._environ))

    def decide(self, message: bytes) -> Mapping[str, str] | str:
        """The variables of a hand-over, or why it is refused."""
        return launcher.make_decision(self._told, self._key)(message)

    def take(self, told: Mapping[str, str]) -> None:
        """Become the visitor's server; the port stays open, as no program is started."""
        assert self._server is not None
        environ = launch.make_environment(self._environ, told)
        self._server.request_callback = self._make_app(environ)

    async def stop(self) -> None:
        """End the server, its shells, and give the address back."""
        for job in self._jobs:
            job.cancel()
        if self._server is not None:
            self._server.stop()
        if self._app is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_SECONDS):
                    await self._app.shut_down()
        if self._server is not None:
            await self._server.close_all_connections()
        self.address.release()

    def _facts(self) -> dict[str, str]:
        ip = self.address.text
        return {"status.podIP": ip, "status.podIPs": ip, "status.hostIP": "127.0.0.1"}

    def _make_environment(self, found: environment.Sources) -> dict[str, str]:
        basics = {name: os.environ[name] for name in BASICS if name in os.environ}
        basics["HOME"] = str(self.home)
        container = self.manifest["spec"]["containers"][0]
        return environment.make_environment(self.manifest, container, found, {}, basics)

    def _make_app(self, environ: Mapping[str, str]) -> web.Application:
        """The terminal's server as its own program makes it, but for the environment."""
        made = butterfly.ButterflyApp(
            shell=SHELL, max_sessions=MOST_TERMINALS, log_level=logging.WARNING
        )
        made.environ = dict(environ)
        made.hub = hub_settings.parse_hub(made.environ)
        application = made.create_app()
        self._app = made
        self._jobs = [asyncio.create_task(job) for job in made.jobs()]
        return application

    def _serve(self, application: web.Application) -> None:
        self._server = httpserver.HTTPServer(application, xheaders=True)
        self._server.add_sockets(netutil.bind_sockets(PORT, self.address.text))


def find_secrets(pod: Object) -> volumes.Needs:
    """What a pod's environment and its launcher need; no tokens and claims."""
    needs = volumes.find_needs(pod)
    return volumes.Needs(frozenset(), needs.secrets, frozenset(), ())


def find_key(pod: Object, path: str, found: environment.Sources) -> bytes:
    """The file `path` of the container, from the Secret that is mounted there."""
    folder, _, name = path.rpartition("/")
    mounts = pod["spec"]["containers"][0]["volumeMounts"]
    volume = next(mount["name"] for mount in mounts if mount["mountPath"] == folder)
    secret = next(v["secret"]["secretName"] for v in pod["spec"]["volumes"] if v["name"] == volume)
    return base64.b64decode((found.secrets[secret] or {})["data"][name])


class SharedNode:
    """Runs all pods of a cluster until it is cancelled."""

    def __init__(self, api: Cluster, home: Path, ready_seconds: float) -> None:
        self._api = api
        self._home = home
        self._ready_seconds = ready_seconds
        self._pods: dict[str, SharedPod] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Follow the pods for ever."""
        async with contextlib.aclosing(self._api.watch("v1", "Pod")) as news:
            async for one in news:
                if isinstance(one, Listed):
                    present = {item["metadata"]["uid"]: item for item in one.items}
                    for uid in set(self._pods) - set(present):
                        self._stop(uid)
                    for item in one.items:
                        self._start(item)
                    print("ready", flush=True)
                elif one.kind == "DELETED":
                    self._stop(one.item["metadata"]["uid"])
                else:
                    self._start(one.item)

    async def close(self) -> None:
        """Stop every pod."""
        for uid in list(self._pods):
            self._stop(uid)
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()

    def _start(self, item: Object) -> None:
        uid = item["metadata"]["uid"]
        if uid not in self._pods and "deletionTimestamp" not in item["metadata"]:
            self._pods[uid] = SharedPod(item, self._home / uid)
            self._keep(self._run(self._pods[uid]))

    def _stop(self, uid: str) -> None:
        if (pod := self._pods.pop(uid, None)) is not None:
            self._keep(pod.stop())

    def _keep(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, pod: SharedPod) -> None:
        try:
            await asyncio.sleep(self._ready_seconds)
            await pod.start(self._api)
            await self._api.change(pod.manifest, {"status": make_status(pod)}, "status")
        except errors.GoneError:
            return  # deleted while it started
        except Exception:
            log.exception("A pod did not start: %s", pod.manifest["metadata"]["name"])


def make_status(pod: SharedPod) -> Object:
    """What a kubelet says of a pod that runs."""
    names = [each["name"] for each in pod.manifest["spec"]["containers"]]
    common = {"ready": True, "state": {"running": {}}, "restartCount": 0}
    states = [{**common, "name": name, "image": "i", "imageID": "i"} for name in names]
    conditions = [{"type": kind, "status": "True"} for kind in ("Ready", "ContainersReady")]
    return {
        "phase": "Running",
        "podIP": pod.address.text,
        "conditions": conditions,
        "containerStatuses": states,
    }


async def main(argv: list[str]) -> None:
    """Run pods until SIGTERM."""
    parser = argparse.ArgumentParser(prog="load.pods", description=__doc__)
    parser.add_argument("--kubeconfig", type=Path, required=True)
    parser.add_argument("--home", type=Path, required=True, help="a folder for the pods' homes")
    parser.add_argument("--ready", type=float, default=0.0, help="seconds until a pod is ready")
    options = parser.parse_args(argv)
    process_limits.raise_files()
    options.home.mkdir(exist_ok=True)
    async with Cluster(await load_kubeconfig(options.kubeconfig)) as api:
        node = SharedNode(api, options.home, options.ready)
        serving = asyncio.create_task(node.serve())
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, serving.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await serving
        await node.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
