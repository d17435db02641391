"""What the router adds to a request and to a websocket's message.

The peer of a figure is the pod itself, asked without a router; with `--peer FOLDER` it is the
router of another version of the package, whose `src` that folder is. Router, pod and cluster each
run in a process of their own. Medians of rounds that take turns, so that both bear what else the
machine does.

    python benchmarks/bench_router.py [--peer FOLDER] [--json FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path

import aiohttp
from bench_cluster import busy, served

import benchtable
from workshop_kube.client import Cluster, load_kubeconfig
from workshop_kube.rules.manifests import make_reference

ROUNDS, REQUESTS, SIDE_BY_SIDE = 7, 200, 16
HOST = "web.default.svc"

# The pod: a page of a kilobyte, and a websocket that echoes.
POD = """
import asyncio
from aiohttp import WSMsgType, web
async def page(request):
    return web.Response(body=b"x" * 1024)
async def echo(request):
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for message in socket:
        if message.type is WSMsgType.TEXT:
            await socket.send_str(message.data)
    return socket
app = web.Application()
app.add_routes([web.get("/ws", echo), web.get("/", page)])
async def main():
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print("ready", runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""


@contextlib.contextmanager
def started(command: Sequence[str], source: str = "") -> Iterator[tuple[subprocess.Popen, str]]:
    """A program, and what it says when it is ready. `source` is where it finds our package."""
    environ = {**os.environ, "PYTHONPATH": source} if source else dict(os.environ)
    process = subprocess.Popen(  # noqa: S603 - our own command
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environ
    )
    try:
        if process.stdout is None or not (line := process.stdout.readline()).startswith("ready"):
            raise SystemExit(f"{command} did not start")
        yield process, line.split()[1]
    finally:
        process.terminate()
        process.wait(timeout=20)


async def publish(config: Path, port: int) -> None:
    """A service that leads to the pod's port."""
    service = make_reference("v1", "Service", "web", "default")
    endpoints = make_reference("v1", "Endpoints", "web", "default")
    subset = {"addresses": [{"ip": "127.0.0.1"}], "ports": [{"port": port}]}
    async with Cluster(await load_kubeconfig(config)) as cluster:
        await cluster.create({**service, "spec": {"ports": [{"port": 80}]}})
        await cluster.create({**endpoints, "subsets": [subset]})


class Server:
    """A way to the pod: its address, and the process whose work is counted."""

    def __init__(self, process: subprocess.Popen, port: str) -> None:
        self.process, self.url = process, f"http://127.0.0.1:{port}"

    async def ask(self, session: aiohttp.ClientSession) -> None:
        """One request."""
        async with session.get(self.url, headers={"Host": HOST}) as answer:
            if answer.status != 200 or len(await answer.read()) != 1024:
                raise SystemExit(f"the answer is {answer.status}")

    async def time_requests(self, *, keep: bool) -> float:
        """Milliseconds for a request, one after the other."""
        connector = aiohttp.TCPConnector(force_close=not keep)
        async with aiohttp.ClientSession(connector=connector) as session:
            start = time.perf_counter()
            for _ in range(REQUESTS):
                await self.ask(session)
            return (time.perf_counter() - start) * 1000 / REQUESTS

    async def count_requests(self) -> float:
        """Requests a second, several side by side."""

        async def work(session: aiohttp.ClientSession) -> None:
            for _ in range(REQUESTS // SIDE_BY_SIDE):
                await self.ask(session)

        async with aiohttp.ClientSession() as session:
            start = time.perf_counter()
            await asyncio.gather(*(work(session) for _ in range(SIDE_BY_SIDE)))
            return REQUESTS // SIDE_BY_SIDE * SIDE_BY_SIDE / (time.perf_counter() - start)

    async def time_messages(self) -> float:
        """Milliseconds until a message of a websocket comes back."""
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{self.url}/ws", headers={"Host": HOST}) as socket,
        ):
            start = time.perf_counter()
            for _ in range(REQUESTS):
                await socket.send_str("x" * 100)
                await socket.receive_str()
            return (time.perf_counter() - start) * 1000 / REQUESTS

    async def compute(self, work: Callable[[], Awaitable[float]]) -> float:
        """Milliseconds that the process computes for one of the things that `work` does."""
        start = busy(self.process)
        await work()
        return (busy(self.process) - start) * 1000 / REQUESTS


Figure = Callable[[Server], Awaitable[float]]
FIGURES: dict[str, tuple[str, Figure]] = {
    "a request on a new connection": ("ms", lambda server: server.time_requests(keep=False)),
    "a request on a kept connection": ("ms", lambda server: server.time_requests(keep=True)),
    f"requests, {SIDE_BY_SIDE} side by side": ("/s", lambda server: server.count_requests()),
    "an echo of a websocket": ("ms", lambda server: server.time_messages()),
    "computed for a request on a new connection": (
        "ms",
        lambda server: server.compute(lambda: server.time_requests(keep=False)),
    ),
    "computed for a request on a kept connection": (
        "ms",
        lambda server: server.compute(lambda: server.time_requests(keep=True)),
    ),
    "computed for an echo": ("ms", lambda server: server.compute(server.time_messages)),
}


async def measure(ours: Server, peer: Server, name: str) -> list[benchtable.Row]:
    """Each figure of both."""
    rows = []
    for figure, (unit, of) in FIGURES.items():
        rounds = [(await of(ours), await of(peer)) for _ in range(ROUNDS)]
        ours_median, peer_median = (statistics.median(side) for side in zip(*rounds, strict=True))
        is_rate = unit == "/s"
        rows.append(benchtable.Row(figure, unit, ours_median, peer_median, name, is_rate))
    return rows


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", default="")
    parser.add_argument("--json")
    args = parser.parse_args(argv)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        _, config = stack.enter_context(served(folder))
        pod = stack.enter_context(started([sys.executable, "-c", POD]))
        asyncio.run(publish(config, int(pod[1])))
        command = [sys.executable, "-m", "pocket_openshift", "router"]
        command += ["--port", "0", "--kubeconfig", str(config)]
        servers = [
            Server(process, url.rpartition(":")[2])
            for process, url in (
                stack.enter_context(started(command)),
                stack.enter_context(started(command, args.peer)) if args.peer else pod,
            )
        ]
        name = "the peer's router" if args.peer else "without a router"
        benchtable.report(asyncio.run(measure(*servers, name)), args.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
