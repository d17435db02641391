"""How the cluster bears a workshop of 2,000: namespaces with pods, accounts and bindings, and
200 watches.

The peer of a figure is the same server with a twentieth of that: a ratio near one says that
nothing is scanned anew. The server runs in a process of its own, so that its memory is its own.

    python benchmarks/bench_cluster.py [--namespaces 2000] [--watches 200] [--json FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import http.client
import json
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import yaml

import benchtable

RBAC = "rbac.authorization.k8s.io"
SAMPLES = 100


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

    def call(self, method: str, path: str, body: object = None) -> bytes:
        """One request; SystemExit when it is refused."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        data = json.dumps(body) if body is not None else None
        self._connection.request(method, path, data, headers)
        answer = self._connection.getresponse()
        raw = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {raw[:300]!r}")
        return raw


@contextmanager
def served(folder: Path) -> Iterator[tuple[subprocess.Popen, Path]]:
    """The server in a process of its own."""
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


def milliseconds(function: Callable[[], object], count: int) -> float:
    """The median time of a call."""
    taken = []
    for _ in range(count):
        start = time.perf_counter()
        function()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1000


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


async def fan_out(client: Client, count: int) -> float:
    """Milliseconds until a change has reached all watches; the median of several changes."""
    heard: list[float] = []
    everyone = asyncio.Event()

    def hear() -> None:
        heard.append(time.perf_counter())
        if len(heard) >= count:
            everyone.set()

    loop = asyncio.get_running_loop()
    version = latest(client)
    watches = [asyncio.ensure_future(follow(client, version, hear)) for _ in range(count)]
    taken = []
    for number in range(7):
        heard.clear()
        everyone.clear()
        body = {"metadata": {"name": f"fan-out-{number}"}}
        start = time.perf_counter()
        path = "/api/v1/namespaces/default/configmaps"
        await loop.run_in_executor(None, client.call, "POST", path, body)
        await asyncio.wait_for(everyone.wait(), 60)
        taken.append(max(heard) - start)
    for watch in watches:
        watch.cancel()
    await asyncio.gather(*watches, return_exceptions=True)
    return statistics.median(taken[2:]) * 1000


def latest(client: Client) -> str:
    """The newest resource version."""
    body = json.loads(client.call("GET", "/api/v1/namespaces/default/configmaps?limit=1"))
    return body["metadata"]["resourceVersion"]


def measure(namespaces: int, watches: int) -> dict[str, float]:
    """All figures of a server with so many sessions."""
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as (process, config):
        empty = memory_of(process)
        fill(config, range(namespaces - SAMPLES))
        client = Client(config)
        numbers = iter(range(namespaces - SAMPLES, namespaces))
        create = milliseconds(lambda: make_session(client, next(numbers)), SAMPLES)
        name = f"session-{namespaces // 2}"
        one = f"/api/v1/namespaces/{name}/pods"

        def ask(path: str, count: int) -> float:
            return milliseconds(lambda: client.call("GET", path), count)

        return {
            "create a session (4 requests)": create,
            "get a pod": ask(f"{one}/{name}", 300),
            "list the pods of a namespace": ask(one, 300),
            "list 100 pods of all": ask("/api/v1/pods?limit=100", 20),
            "list all pods, a pod": ask("/api/v1/pods", 10) * 1000 / namespaces,
            "list all namespaces, each": ask("/api/v1/namespaces", 10) * 1000 / namespaces,
            "a change reaches all watches, a watch": asyncio.run(fan_out(client, watches))
            * 1000
            / watches,
            "memory, a session": (memory_of(process) - empty) * 1024 / namespaces,
        }


UNITS = {
    "list all pods, a pod": "µs",
    "list all namespaces, each": "µs",
    "a change reaches all watches, a watch": "µs",
    "memory, a session": "KiB",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--namespaces", type=int, default=2000)
    parser.add_argument("--watches", type=int, default=200)
    parser.add_argument("--json")
    args = parser.parse_args(argv)
    small_count, small_watches = max(SAMPLES, args.namespaces // 20), max(1, args.watches // 20)
    small = measure(small_count, small_watches)
    large = measure(args.namespaces, args.watches)
    name = f"{small_count} namespaces, {small_watches} watches"
    place = f"{args.namespaces} namespaces, {args.watches} watches"
    rows = [
        benchtable.Row(f"{figure} ({place})", UNITS.get(figure, "ms"), value, small[figure], name)
        for figure, value in large.items()
    ]
    benchtable.report(rows, args.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
