"""How soon visitors are served, beside bare KubeSpawner: `nox -s bench -- spawner`.

A real hub with its real proxy, a real API server (pocket-openshift), and a kubelet of our own that
says of each pod that it is ready after a given time; one HTTP server answers for all pods. Visitors
come evenly spread, each starts a server and follows its progress as the hub's page does.

The reserve is as large as the crowd, so that those figures are of sessions that were all ready.
What refills the reserve meanwhile is in the hub's CPU time, as it would be in a class. The same
server answers for launchers in pods that wait: what the hub does is measured, and not how soon a
server is up once it was started, which is the same for all.

A last pair of runs starts many servers at the same moment, with a clock in the hub that times each
single callback of its loop: for how long is nobody else served?
"""

from __future__ import annotations

import argparse
import asyncio
import json
import ssl
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import jupyterhub
import psutil
import yaml
from aiohttp import web

from pocket_openshift.testing import PocketCluster

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "support"))

import benchtable  # noqa: E402 - found by the line above
import realhub  # noqa: E402

NAMESPACE = "workshops"
PODS = f"/api/v1/namespaces/{NAMESPACE}/pods"
PEER = "KubeSpawner"
WARM, RESERVE, COLD = "from pods that wait", "from the reserve", "cold"
# JupyterHub commits to its database some 25 times a start; a disk that others use would be all that
# is measured. In memory where there is such a folder, for both alike.
MEMORY = next((folder for folder in ("/dev/shm",) if Path(folder).is_dir()), None)  # noqa: S108
MORE_RIGHTS = [
    {"apiGroups": [""], "resources": ["namespaces", "serviceaccounts", "pods"], "verbs": ["patch"]}
]
CONFIG = """
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.concurrent_spawn_limit = 0
c.JupyterHub.log_level = "INFO"
c.Spawner.start_timeout = 120
c.KubeSpawner.namespace = "workshops"
c.KubeSpawner.image = "example.com/workshop"
c.KubeSpawner.port = {port}
c.WorkshopSpawner.application = "bench"
c.WorkshopSpawner.budget = "small"
"""
# In the hub's own process: who holds the loop for how long. Each callback is timed, and while one
# runs for long a second thread looks, every few milliseconds, whether the spawner's code is on the
# stack: JupyterHub runs a start in one task, so the callback alone does not tell whose it is. What
# other processes take from us on a busy machine is wall time, not CPU time.
CLOCK = """
import asyncio.events as _events, gc as _gc, json as _json, sys as _sys
import threading as _threading, time as _time

_run, _told, _now = _events.Handle._run, open({path!r}, "w", buffering=1), [None]

def _look(main):
    while True:
        _time.sleep(0.004)
        held = _now[0]
        if held is None:
            continue
        frame, found, names = _sys._current_frames().get(main), False, []
        while frame is not None:
            file = frame.f_code.co_filename
            found = found or {module!r} in file
            names.append(file.rpartition("/")[2] + ":" + frame.f_code.co_name)
            frame = frame.f_back
        held[0] += 1
        held[1] += found
        held[2] = " < ".join(names[:6])

def _collecting(phase, _info):
    held = _now[0]
    if held is not None:
        held[3] += _time.thread_time() * (1 if phase == "stop" else -1)

_gc.callbacks.append(_collecting)
_threading.Thread(target=_look, args=[_threading.get_ident()], daemon=True).start()

def _timed(handle):
    cpu, wall, looks = _time.thread_time(), _time.perf_counter(), [0, 0, "", 0]
    _now[0] = looks
    try:
        return _run(handle)
    finally:
        _now[0] = None
        spent, took = _time.thread_time() - cpu, _time.perf_counter() - wall
        if took > 0.01:
            share = looks[1] / looks[0] if looks[0] else 0
            line = [_time.monotonic(), took, spent, share, looks[3], looks[2]]
            _told.write(_json.dumps(line) + "\\n")

_events.Handle._run = _timed
"""
OURS = 'c.JupyterHub.spawner_class = "workshop"\n'
THEIRS = 'c.JupyterHub.spawner_class = "kubespawner.KubeSpawner"\n'


@dataclass(frozen=True)
class Hold:
    """One callback of the hub's loop.

    Seconds, CPU seconds, the share of the spawner's code, how much went to Python's garbage
    collector, and where it was when it was looked at last.
    """

    wall: float
    cpu: float
    share: float
    collecting: float
    who: str

    @property
    def ours(self) -> float:
        """CPU seconds of the spawner's code."""
        return (self.cpu - self.collecting) * self.share


@dataclass
class Run:
    """What one crowd has seen."""

    served: list[float] = field(default_factory=list)
    after_ready: list[float] = field(default_factory=list)
    cpu_ms: float = 0.0
    requests: float = 0.0
    # Callbacks that held the hub's loop for over 10 ms.
    holds: list[Hold] = field(default_factory=list)

    def quantile(self, share: float, values: list[float] | None = None) -> float:
        """A quantile of the seconds until visitors were served."""
        ordered = sorted(self.served if values is None else values)
        return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


class Kubelet:
    """Says of each new pod that it is ready, `delay` seconds after it was made."""

    def __init__(self, cluster: PocketCluster, delay: float) -> None:
        self.ready: dict[str, float] = {}
        self._cluster = cluster
        self._delay = delay
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Watch pods for ever."""
        context = ssl.create_default_context(cafile=str(self._cluster.ca_file))
        headers = {"Authorization": f"Bearer {self._cluster.admin_token}"}
        connector = aiohttp.TCPConnector(ssl=context, limit=0)
        forever = aiohttp.ClientTimeout(total=None)
        async with (
            aiohttp.ClientSession(self._cluster.url, headers=headers, connector=connector) as http,
            http.get(PODS, params={"watch": "true"}, timeout=forever) as stream,
        ):
            async for line in stream.content:
                event = json.loads(line)
                if event["type"] == "ADDED":
                    task = asyncio.ensure_future(self._start(http, event["object"]))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)

    async def _start(self, http: aiohttp.ClientSession, pod: dict[str, Any]) -> None:
        await asyncio.sleep(self._delay)
        state = {"name": "notebook", "ready": True, "state": {"running": {}}, "restartCount": 0}
        status = {
            "phase": "Running",
            "podIP": "127.0.0.1",
            "containerStatuses": [{**state, "image": "i", "imageID": "i"}],
        }
        headers = {"Content-Type": "application/merge-patch+json"}
        path = f"{PODS}/{pod['metadata']['name']}/status"
        async with http.patch(path, json={"status": status}, headers=headers):
            user = pod["metadata"]["annotations"].get("hub.jupyter.org/username", "")
            self.ready[user] = time.perf_counter()


async def serve(stack: AsyncExitStack) -> int:
    """Answer for all pods; returns the port."""

    async def answer(request: web.Request) -> web.Response:
        if request.path == "/workshop-launch":
            return web.Response(status=204)
        return web.Response(headers={"X-JupyterHub-Version": jupyterhub.__version__})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return int(runner.addresses[0][1])


def prepare(cluster: PocketCluster) -> Path:
    """The namespace and the hub's account; returns the hub's kubeconfig."""
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    text = (ROOT / "templates" / "hub-rbac.yaml").read_text()
    for document in yaml.safe_load_all(text.replace("HUB_NAMESPACE", NAMESPACE)):
        if not document["kind"].startswith("Cluster"):
            document["metadata"]["namespace"] = NAMESPACE
        for subject in document.get("subjects", []):
            subject.setdefault("namespace", NAMESPACE)
        if document["kind"] == "ClusterRole":
            document["rules"] += MORE_RIGHTS
        cluster.apply(document)
    return cluster.kubeconfig_for(cluster.token(NAMESPACE, "hub"), NAMESPACE)


async def follow(hub: realhub.RealHub, name: str) -> float:
    """Start a server and follow its progress; returns when it was ready."""
    status, body = await hub.api("POST", f"users/{name}/server")
    if status not in (201, 202):
        raise RuntimeError(f"{name} was not started: {status} {body}")
    headers = {"Authorization": f"token {hub.token}"}
    url = f"http://127.0.0.1:{hub.hub_port}/hub/api/users/{name}/server/progress"
    async with aiohttp.ClientSession(headers=headers) as http, http.get(url) as answer:
        async for line in answer.content:
            if line.startswith(b"data:"):
                event = json.loads(line[5:])
                if event.get("ready"):
                    return time.perf_counter()
                if event.get("failed"):
                    raise RuntimeError(f"{name} failed: {event}")
    raise RuntimeError(f"{name}: the progress ended early")


async def run_crowd(
    spawner: str, visitors: int, seconds: float, delay: float, clock: bool = False
) -> Run:
    """One hub, one crowd; with a `clock` in its loop, which costs a little CPU time."""
    run = Run()
    async with AsyncExitStack() as stack:
        cluster = stack.enter_context(PocketCluster())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=MEMORY)))
        factory = await stack.enter_async_context(realhub.real_hubs(folder))
        config = CONFIG.format(port=await serve(stack)) + spawner
        told = folder / "holds"
        if clock:
            module = "/workshop_spawner/" if spawner.startswith(OURS) else "/kubespawner/"
            config = CLOCK.format(path=str(told), module=module) + config
        hub = await factory(config, env={"KUBECONFIG": str(prepare(cluster))})
        kubelet = Kubelet(cluster, delay)
        watching = asyncio.ensure_future(kubelet.run())
        stack.callback(watching.cancel)
        names = [f"visitor{number}" for number in range(visitors)]
        await hub.api("POST", "users", {"usernames": [*names, "first"]})
        await follow(hub, "first")  # what is done once is not what is measured
        if "reserved" in spawner:
            await wait_for_reserve(cluster, visitors, "reserved_pods" in spawner)
        process, begun = psutil.Process(hub.process.pid), time.monotonic()
        cpu, asked = sum(process.cpu_times()[:2]), count_requests(cluster)

        async def visit(number: int, name: str) -> None:
            await asyncio.sleep(number * seconds / visitors)
            begun = time.perf_counter()
            served = await follow(hub, name)
            run.served.append(served - begun)
            # A pod that waited was ready before anybody came.
            run.after_ready.append(served - kubelet.ready.get(name, begun))

        await asyncio.gather(*(visit(number, name) for number, name in enumerate(names)))
        run.cpu_ms = (sum(process.cpu_times()[:2]) - cpu) * 1000 / visitors
        run.requests = (count_requests(cluster) - asked) / visitors
        if clock:
            run.holds = read_holds(told, begun)
    return run


def read_holds(file: Path, begun: float) -> list[Hold]:
    """What held the loop since then; the clocks of two processes of one machine agree."""
    told = [json.loads(line) for line in file.read_text().splitlines()]
    return [Hold(*rest) for when, *rest in told if when >= begun]


def count_requests(cluster: PocketCluster) -> int:
    """Requests of the hub's account so far."""
    return sum(record.user.endswith(":hub") for record in cluster.requests)


async def wait_for_reserve(cluster: PocketCluster, size: int, pods: bool = False) -> None:
    """Wait until the reserve is full, and a pod is ready in each of its sessions."""
    path = f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts?labelSelector=class%3Dreserve"
    async with asyncio.timeout(120):
        while True:
            found = (await asyncio.to_thread(cluster.request, "GET", path)).body["items"]
            ready = ["workshop.jupyter.org/ready" in f["metadata"]["annotations"] for f in found]
            if sum(ready) >= size and (not pods or await count_waiting(cluster) >= size):
                return
            await asyncio.sleep(0.5)


async def count_waiting(cluster: PocketCluster) -> int:
    """How many pods are ready and wait for their visitor."""
    path = f"{PODS}?labelSelector=class%3Dreserve"
    found = (await asyncio.to_thread(cluster.request, "GET", path)).body["items"]
    return sum((pod.get("status") or {}).get("phase") == "Running" for pod in found)


def make_warm_rows(when: str, runs: dict[str, Run]) -> list[benchtable.Row]:
    """Pods that wait beside our own other ways, of one run."""
    return [
        benchtable.Row(
            f"served, pods ready {when}, {WARM} beside {other}, p{share * 100:.0f}",
            "s",
            round(runs[WARM].quantile(share), 3),
            round(runs[other].quantile(share), 3),
            other,
        )
        for other in (RESERVE, COLD)
        for share in (0.5, 0.95)
    ]


def make_rows(when: str, ours: dict[str, Run], peer: Run) -> list[benchtable.Row]:
    """The figures of one kind of pods."""
    rows = []
    for how, run in ours.items():
        for share in (0.5, 0.95, 0.99):
            rows.append(
                benchtable.Row(
                    f"served, pods ready {when}, {how}, p{share * 100:.0f}",
                    "s",
                    round(run.quantile(share), 3),
                    round(peer.quantile(share), 3),
                    PEER,
                )
            )
        for figure, unit, mine, other in (
            (
                "after the pod is ready, p95",
                "s",
                run.quantile(0.95, run.after_ready),
                peer.quantile(0.95, peer.after_ready),
            ),
            ("hub CPU a start", "ms", run.cpu_ms, peer.cpu_ms),
            ("API requests a start", "requests", run.requests, peer.requests),
        ):
            name = f"{figure}, pods ready {when}, {how}"
            rows.append(benchtable.Row(name, unit, round(mine, 3), round(other, 3), PEER))
    return rows


async def measure_holds(starts: int) -> list[benchtable.Row]:
    """Many servers started at the same moment: for how long is the hub's loop held at most?"""
    ours = await run_crowd(OURS, starts, 0.0, 0.0, True)
    peer = await run_crowd(THEIRS, starts, 0.0, 0.0, True)
    what = f"{starts} starts at once, cold"
    figures = {
        "longest hold of the hub's loop by the spawner's code, CPU": lambda h: h.ours,
        "longest hold of the hub's loop by the garbage collector, CPU": lambda h: h.collecting,
        "longest hold of the hub's loop by anything, CPU": lambda h: h.cpu,
        "longest hold of the hub's loop by anything, wall": lambda h: h.wall,
    }
    rows = []
    for figure, measure_hold in figures.items():
        worst = [find_worst(run, measure_hold) for run in (ours, peer)]
        rows.append(benchtable.Row(f"{what}: {figure}", "ms", *worst, PEER))
    last = (round(run.quantile(1.0), 3) for run in (ours, peer))
    return [*rows, benchtable.Row(f"{what}: the last is served", "s", *last, PEER)]


def find_worst(run: Run, measure_hold: Callable[[Hold], float]) -> float:
    """The longest hold in milliseconds, told with its callback; under 10 ms counts as 10."""
    worst = max(run.holds, key=measure_hold, default=Hold(0.01, 0.01, 1.0, 0.01, "nothing"))
    took = round(max(measure_hold(worst), 0.01) * 1000, 1)
    print(f"held for {took} ms by {worst.who or 'what was not seen'}", file=sys.stderr)
    return took


async def measure(visitors: int, seconds: float, delay: float, rounds: int) -> list[Any]:
    """Paired runs, one kind after the other; medians of the rounds."""
    reserve = f"{OURS}c.WorkshopSpawner.reserved_sessions = {visitors + 1}\n"
    warm = f"{reserve}c.WorkshopSpawner.reserved_pods = {visitors + 1}\n"
    kinds = {WARM: warm, RESERVE: reserve, COLD: OURS, PEER: THEIRS}
    runs: dict[str, list[Run]] = {name: [] for name in kinds}
    for _ in range(rounds):
        for name, spawner in kinds.items():
            begun = time.monotonic()
            runs[name].append(await run_crowd(spawner, visitors, seconds, delay))
            took = f"{time.monotonic() - begun:.0f} s"
            print(f"pods ready after {delay:g} s, {name}: measured in {took}", file=sys.stderr)
    middle = {name: median_run(found) for name, found in runs.items()}
    peer = middle.pop(PEER)
    when = "at once" if not delay else f"after {delay:g} s"
    return [*make_rows(when, middle, peer), *make_warm_rows(when, middle)]


def median_run(runs: list[Run]) -> Run:
    """The run whose median visitor is the median of all."""
    return sorted(runs, key=lambda run: statistics.median(run.served))[len(runs) // 2]


def main(argv: list[str]) -> int:
    """Measure and report."""
    parser = argparse.ArgumentParser(prog="bench_spawner", description=__doc__)
    parser.add_argument("--visitors", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=10.0, help="in which they all come")
    parser.add_argument("--ready", type=float, default=3.0, help="until a pod is ready")
    parser.add_argument("--at-once", type=int, default=50, help="starts at the same moment")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", choices=["served", "holds"], help="a part of it")
    parser.add_argument("--json")
    options = parser.parse_args(argv)
    reason = realhub.proxy_missing()
    if reason:
        print(reason, file=sys.stderr)
        return 2
    rows = []
    for delay in (options.ready, 0.0) if options.only != "holds" else ():
        rows += asyncio.run(measure(options.visitors, options.seconds, delay, options.rounds))
    if options.only != "served":
        rows += asyncio.run(measure_holds(options.at_once))
    benchtable.report(rows, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
