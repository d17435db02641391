"""A cluster that counts who asks for what: `python -m load.cluster_process --kubeconfig FILE`.

pocket-openshift in a process of its own, as the demo has it, so that its time is not the hub's.
`GET /counts` at the second address of its `ready` line answers with the requests so far, by
account, verb and kind.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import contextlib
import signal
import sys
from pathlib import Path

from aiohttp import web

from load import process_limits
from pocket_openshift.core.behaviour import Record
from pocket_openshift.testing import PocketCluster


class Counter:
    """Counts requests, in the server's own thread."""

    def __init__(self) -> None:
        self.counts: collections.Counter[tuple[str, str, str]] = collections.Counter()

    def __call__(self, told: object) -> None:
        """Count one request."""
        if isinstance(told, Record):
            self.counts[(told.user, told.verb, told.resource)] += 1

    async def answer(self, _: web.Request) -> web.Response:
        """All counts so far, as [account, verb, kind, number]."""
        return web.json_response([[*key, number] for key, number in self.counts.copy().items()])


async def serve(kubeconfig: Path, stop: asyncio.Event) -> None:
    """Serve until told to stop."""
    counter = Counter()
    app = web.Application()
    app.router.add_get("/counts", counter.answer)
    runner = web.AppRunner(app, access_log=None)
    with PocketCluster() as cluster:
        cluster.run(lambda: cluster.plane.observers.append(counter))
        kubeconfig.write_text(cluster.kubeconfig.read_text())
        async with contextlib.AsyncExitStack() as stack:
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            address = f"http://127.0.0.1:{runner.addresses[0][1]}/counts"
            kubeconfig.with_suffix(".counts").write_text(address)
            print(f"ready {cluster.url} {address}", flush=True)
            await stop.wait()


async def main(argv: list[str]) -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(prog="load.cluster_process", description=__doc__)
    parser.add_argument("--kubeconfig", type=Path, required=True, help="an admin's, written")
    options = parser.parse_args(argv)
    process_limits.raise_files()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await serve(options.kubeconfig, stop)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
