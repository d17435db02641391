"""How the cluster bears a workshop of 2,000.

There are namespaces with pods, accounts and bindings, and 200 watches.

The peer of a figure is the same server with a tenth of that: a ratio near one says that nothing
is rescanned. With `--peer SRC` it is another version of the package with as much, whose
folder `src` that is. Times are those that the server computes, medians of rounds by turns: they
hold on a machine that does other things beside. The server runs in a process of its own, so that
its memory is its own. Linux only.

    python benchmarks/bench_cluster.py [--namespaces N] [--watches N] [--peer SRC] [--json FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import http.client
import json
import os
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import yaml

import benchtable

_MERGE = {"Content-Type": "application/merge-patch+json"}
RBAC = "rbac.authorization.k8s.io"
SAMPLES, ROUNDS = 20, 5


class Client:
    """One kept connection to the server, as admin."""

    def __init__(self, kubeconfig: Path) -> None:
        config = yaml.safe_load(kubeconfig.read_text())
        cluster = config["clusters"][0]["cluster"]
        self.url = cluster["server"]
        self.token = config["users"][0]["user"]["token"]
        self.ca = base64.b64decode(cluster["certificate-authority-data"]).decode()
        place = urlsplit(self.url)
        context = ssl.create_default_context(cadata=self.ca)
        self._connection = http.client.HTTPSConnection(
            place.hostname or "", place.port, context=context, timeout=120
        )

    def call(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> bytes:
        """One request; SystemExit when it is refused."""
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            **(headers or {}),
        }
        data = json.dumps(body) if body is not None else None
        self._connection.request(method, path, data, headers)
        answer = self._connection.getresponse()
        raw = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {raw[:300]!r}")
        return raw


@contextmanager
def served(folder: Path, source: str = "") -> Iterator[tuple[subprocess.Popen, Path]]:
    """The server in a process of its own. `source` is where it finds our package."""
    environ = {**os.environ, "PYTHONPATH": source} if source else dict(os.environ)
    config = folder / "kubeconfig"
    command = [
        sys.executable,
        "-m",
        "pocket_openshift",
        "serve",
        "--port",
        "0",
        "--oauth-port",
        "0",
    ]
    process = subprocess.Popen(  # noqa: S603 - our own command
        [*command, "--kubeconfig", str(config)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environ,
    )
    try:
        if process.stdout is None or not process.stdout.readline().startswith("ready"):
            raise SystemExit("the server did not start")
        yield process, config
    finally:
        process.terminate()
        process.wait(timeout=20)


def memory_of(process: subprocess.Popen) -> float:
    """Resident memory in MiB, as Linux tells it."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def make_session(client: Client, number: int) -> None:
    """What a workshop's session owns: namespace, account, binding, pod."""
    name = f"session-{number}"
    client.call("POST", "/api/v1/namespaces", {"metadata": {"name": name, "labels": {"app": "w"}}})
    account = {"metadata": {"name": name}}
    client.call("POST", f"/api/v1/namespaces/{name}/serviceaccounts", account)
    binding = {
        "metadata": {"name": "admin"},
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": "admin"},
        "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": name}],
    }
    client.call("POST", f"/apis/{RBAC}/v1/namespaces/{name}/rolebindings", binding)
    spec = {"serviceAccountName": name, "containers": [{"name": "c", "image": "i:1"}]}
    client.call(
        "POST", f"/api/v1/namespaces/{name}/pods", {"metadata": {"name": name}, "spec": spec}
    )


def fill(config: Path, numbers: range, workers: int = 4) -> None:
    """Make many sessions, over several connections."""

    def work(part: Sequence[int]) -> None:
        client = Client(config)
        for number in part:
            make_session(client, number)

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, [numbers[start::workers] for start in range(workers)]))


def busy(process: subprocess.Popen) -> float:
    """Seconds that the server's process has computed so far, as Linux tells it.

    Unlike the time that passes it is not the machine's other work.
    """
    return int(Path(f"/proc/{process.pid}/schedstat").read_text().split()[0]) / 1e9


async def follow(client: Client, version: str, heard: Callable[[], None]) -> None:
    """One watch; tells of each event."""
    place = urlsplit(client.url)
    context = ssl.create_default_context(cadata=client.ca)
    reader, writer = await asyncio.open_connection(place.hostname, place.port, ssl=context)
    path = f"/api/v1/namespaces/default/configmaps?watch=1&resourceVersion={version}"
    head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {client.token}\r\n\r\n"
    writer.write(head.encode())
    try:
        while line := await reader.readline():
            if line.startswith(b'{"type":"ADDED"'):
                heard()
    finally:
        writer.transport.abort()


async def fan_out(client: Client, process: subprocess.Popen, count: int) -> float:
    """Milliseconds that the server computes until a change has reached all watches.

    The median of several changes.
    """
    heard: list[None] = []
    everyone = asyncio.Event()

    def hear() -> None:
        heard.append(None)
        if len(heard) >= count:
            everyone.set()

    loop = asyncio.get_running_loop()
    version = latest(client)
    watches = [asyncio.ensure_future(follow(client, version, hear)) for _ in range(count)]
    taken = []
    for _ in range(7):
        heard.clear()
        everyone.clear()
        body = {"metadata": {"generateName": "fan-out-"}}
        start = busy(process)
        path = "/api/v1/namespaces/default/configmaps"
        await loop.run_in_executor(None, client.call, "POST", path, body)
        await asyncio.wait_for(everyone.wait(), 60)
        taken.append(busy(process) - start)
    for watch in watches:
        watch.cancel()
    await asyncio.gather(*watches, return_exceptions=True)
    return statistics.median(taken[2:]) * 1000


_PROJECTS = "/apis/project.openshift.io/v1/projects"
_REVIEWS = "/apis/authorization.k8s.io/v1/subjectaccessreviews"


def page_token(client: Client, count: int) -> str:
    """Where a list of all pods goes on behind so many."""
    body = json.loads(client.call("GET", f"/api/v1/pods?limit={count}"))
    return str(body["metadata"]["continue"])


def review(client: Client, user: str, namespace: str) -> None:
    """Whether a user may make pods in a namespace."""
    attributes = {"namespace": namespace, "verb": "create", "resource": "pods"}
    client.call("POST", _REVIEWS, {"spec": {"user": user, "resourceAttributes": attributes}})


def ask_as(client: Client, user: str, path: str) -> None:
    """A GET by another user."""
    headers = {"Impersonate-User": user, "Impersonate-Group": "system:authenticated"}
    client.call("GET", path, headers=headers)


def report(client: Client, path: str) -> None:
    """What a node says of a pod, each time something new."""
    status = {"phase": "Running", "message": str(time.perf_counter_ns())}
    client.call("PATCH", f"{path}/status", {"status": status}, headers=_MERGE)


def make_token(client: Client, name: str) -> None:
    """A bound token."""
    path = f"/api/v1/namespaces/{name}/serviceaccounts/{name}/token"
    client.call("POST", path, {"spec": {"expirationSeconds": 3600}})


def latest(client: Client) -> str:
    """The newest resource version."""
    body = json.loads(client.call("GET", "/api/v1/namespaces/default/configmaps?limit=1"))
    return body["metadata"]["resourceVersion"]


class Place:
    """A server with so many sessions and watches, and what is measured of it."""

    def __init__(self, process: subprocess.Popen, config: Path, count: int, watches: int) -> None:
        self.process, self.count, self.watches = process, count, watches
        self.started, empty = busy(process), memory_of(process)
        fill(config, range(count - ROUNDS * SAMPLES))
        self.client, self.config = Client(config), config
        self.memory_before = empty
        self.fresh = iter(range(count - ROUNDS * SAMPLES, count))
        self.gone = iter(range(count))
        self.name = f"session-{count - ROUNDS * SAMPLES - 1}"
        self.pods = f"/api/v1/namespaces/{self.name}/pods"
        self.user = f"system:serviceaccount:{self.name}:{self.name}"
        self.middle = page_token(self.client, count // 4)

    def mean(self, work: Callable[[Place], object], count: int) -> float:
        """Milliseconds that the server computes for something that is done with it."""
        start = busy(self.process)
        for _ in range(count):
            work(self)
        return (busy(self.process) - start) * 1000 / count

    def memory(self) -> float:
        """KiB that a session takes."""
        return (memory_of(self.process) - self.memory_before) * 1024 / self.count


def each(work: Callable[[Place], object], count: int = SAMPLES) -> Callable[[Place], float]:
    """A figure: what one of these costs."""
    return lambda place: place.mean(work, count)


def getting(path: Callable[[Place], str]) -> Callable[[Place], float]:
    """A figure: what a GET costs."""
    return each(lambda place: place.client.call("GET", path(place)))


def listing(path: str) -> Callable[[Place], float]:
    """A figure: what a list of everything costs, an item in microseconds."""
    return lambda place: place.mean(lambda p: p.client.call("GET", path), 5) * 1000 / place.count


# In this order: the sessions that the first makes are there for the next.
FIGURES: dict[str, Callable[[Place], float]] = {
    "create a session (4 requests)": each(lambda p: make_session(p.client, next(p.fresh))),
    "get a pod": getting(lambda p: f"{p.pods}/{p.name}"),
    "get a pod on a new connection": each(
        lambda p: Client(p.config).call("GET", f"{p.pods}/{p.name}")
    ),
    "list the pods of a namespace": getting(lambda p: p.pods),
    "list 100 pods of all": getting(lambda p: "/api/v1/pods?limit=100"),
    "list 100 pods from the middle": getting(
        lambda p: f"/api/v1/pods?limit=100&continue={p.middle}"
    ),
    "ask what an account may do": each(lambda p: review(p.client, p.user, p.name)),
    "list the projects of an account": each(lambda p: ask_as(p.client, p.user, _PROJECTS)),
    "a pod's status changes": each(lambda p: report(p.client, f"{p.pods}/{p.name}")),
    "a token for an account": each(lambda p: make_token(p.client, p.name)),
    "list all pods, a pod": listing("/api/v1/pods"),
    "list all namespaces, each": listing("/api/v1/namespaces"),
    "a change reaches all watches, a watch": lambda p: (
        asyncio.run(fan_out(p.client, p.process, p.watches)) * 1000 / p.watches
    ),
    "memory, a session": Place.memory,
    "memory, empty": lambda p: p.memory_before,
    "start": lambda p: p.started * 1000,
    "delete a namespace with all in it": each(
        lambda p: p.client.call("DELETE", f"/api/v1/namespaces/session-{next(p.gone)}")
    ),
}


def measure(
    peer: tuple[int, int], ours: tuple[int, int], source: str = ""
) -> dict[str, tuple[float, float]]:
    """Each figure of both servers: medians of rounds that take turns.

    So both bear the same load of the machine. `source` is where the peer finds our package.
    """
    with contextlib.ExitStack() as stack:
        places = []
        for size, of in ((peer, source), (ours, "")):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            places.append(Place(*stack.enter_context(served(folder, of)), *size))
        found = {}
        for figure, of in FIGURES.items():
            rounds = [tuple(of(place) for place in places) for _ in range(ROUNDS)]
            found[figure] = (
                statistics.median(row[0] for row in rounds),
                statistics.median(row[1] for row in rounds),
            )
        return found


UNITS = {
    "list all pods, a pod": "µs",
    "list all namespaces, each": "µs",
    "a change reaches all watches, a watch": "µs",
    "memory, a session": "KiB",
    "memory, empty": "MiB",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--namespaces", type=int, default=2000)
    parser.add_argument("--watches", type=int, default=200)
    parser.add_argument("--peer", default="", metavar="SRC")
    parser.add_argument("--json")
    args = parser.parse_args(argv)
    small = (max(2 * ROUNDS * SAMPLES, args.namespaces // 10), max(1, args.watches // 10))
    large = (args.namespaces, args.watches)
    if args.peer:
        small = large
    name = "the peer" if args.peer else "{} namespaces, {} watches".format(*small)
    rows = [
        benchtable.Row(
            f"{figure} ({large[0]} namespaces, {large[1]} watches)",
            UNITS.get(figure, "ms"),
            value,
            peer,
            name,
        )
        for figure, (peer, value) in measure(small, large, args.peer).items()
    ]
    benchtable.report(rows, args.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
