"""The culler beside jupyterhub-idle-culler, on a real hub with 5,000 users and 500 servers.

Both run in this process against the same hub, in turns; requests and CPU time are the hub's
own (its metrics, its process). Servers are resting ones: see tests/resting_hub_config.py.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import re
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import jupyterhub_idle_culler
import psutil

import benchtable
import realhub
from workshop_culler.hub import Address, Hub
from workshop_culler.limits import Limits
from workshop_culler.policies import UserRules
from workshop_culler.sweep import Rules, Sweep

PEER = "jupyterhub-idle-culler"
HERE = Path(__file__).parent
TOKEN = "bench-" + "0" * 32
LOG = logging.getLogger("bench")
FAR = 90 * 86400
CONFIG = (
    (HERE.parent / "tests" / "resting_hub_config.py").read_text()
    + f"""
c.JupyterHub.services.append({{"name": "bench", "api_token": {TOKEN!r}}})
c.JupyterHub.load_roles.append({{"name": "bench", "services": ["bench"], "scopes": [
    "list:users", "read:users", "read:servers", "delete:servers", "delete:users"]}})
c.JupyterHub.authenticate_prometheus = False
"""
)


@dataclass(frozen=True)
class Cost:
    """What a cycle took: seconds, requests that the hub answered, seconds of the hub's CPU."""

    seconds: float
    requests: float
    cpu: float


@dataclass
class Bench:
    """A hub under measurement."""

    hub: realhub.RealHub
    url: str

    async def measure(self, cycle: Callable[[], Awaitable[Any]]) -> Cost:
        """Run one cycle and tell what it took."""
        await self.count_requests()
        process = psutil.Process(self.hub.process.pid)
        requests, cpu = await self.count_requests(), sum(process.cpu_times()[:2])
        begin = time.perf_counter()
        await cycle()
        seconds = time.perf_counter() - begin
        used = sum(process.cpu_times()[:2]) - cpu
        # The count itself is a request, which the next count sees.
        return Cost(seconds, await self.count_requests() - requests - 1, used)

    async def count_requests(self) -> float:
        """All requests that the hub has answered."""
        address = f"http://127.0.0.1:{self.hub.hub_port}/hub/metrics"
        async with aiohttp.ClientSession() as session, session.get(address) as answer:
            text = await answer.text()
        found = re.findall(r"^jupyterhub_request_duration_seconds_count\{.*\} (\S+)$", text, re.M)
        return sum(map(float, found))

    async def ours(self, *, idle: float, users: bool, cycles: int = 1) -> None:
        """Cycles of ours, half the idle time after one another, as both do unless told."""
        rules = Rules(general=Limits(idle=idle), users=UserRules(idle=idle if users else 0))
        wall = 0.0
        async with Hub(Address(self.url, TOKEN), LOG) as door:
            sweep = Sweep(door, rules, LOG, wall=lambda: wall)
            for number in range(cycles):
                wall = number * idle / 2
                report = await sweep.run()
                if not report.ok:
                    raise RuntimeError(report.troubles or "some act failed")

    async def theirs(self, *, idle: float, users: bool, cycles: int = 1) -> None:
        """Cycles of the peer."""
        for _ in range(cycles):
            await jupyterhub_idle_culler.cull_idle(
                self.url, TOKEN, idle, LOG, cull_users=users, concurrency=10
            )

    async def paired(self, runs: int, **how: Any) -> tuple[Cost, Cost]:
        """Medians of ours and theirs, run in turns after one run each to warm up."""
        costs: tuple[list[Cost], list[Cost]] = ([], [])
        for number in range(runs + 1):
            for cycle, into in zip((self.ours, self.theirs), costs, strict=True):
                cost = await self.measure(lambda cycle=cycle: cycle(**how))
                if number:
                    into.append(cost)
        cycles = how.get("cycles", 1)
        return middle(costs[0], cycles), middle(costs[1], cycles)

    async def start_servers(self, names: list[str], **options: Any) -> None:
        """Start servers, ten at a time, and wait until the hub has them all ready."""
        gate = asyncio.Semaphore(10)

        async def start(name: str) -> None:
            async with gate:
                await self.hub.api("POST", f"users/{name}/server", options)

        await asyncio.gather(*(start(name) for name in names))
        async with Hub(Address(self.url, TOKEN), LOG) as door:
            for _ in range(240):  # the hub has no event for all of them
                if sum(len(u.servers or ()) for u in await door.list_users("ready")) >= len(names):
                    return
                await asyncio.sleep(0.5)
        raise RuntimeError("the servers did not start in two minutes")


def middle(costs: list[Cost], cycles: int = 1) -> Cost:
    """The median of each figure, for one of so many cycles."""
    columns = zip(*((c.seconds, c.requests, c.cpu) for c in costs), strict=True)
    return Cost(*(benchtable.median(column) / cycles for column in columns))


@contextlib.asynccontextmanager
async def full_hub(users: int, *, visited: bool = True) -> AsyncIterator[Bench]:
    """A hub with this many users, who were last there one after the other in the last month."""
    with tempfile.TemporaryDirectory() as folder:
        async with realhub.real_hubs(Path(folder)) as factory:
            hub = await factory(CONFIG, env={"RESTING_PORT": str(realhub.free_port())})
            names = [f"user-{number:04}" for number in range(users)]
            for place in range(0, users, 500):
                await hub.api("POST", "users", {"usernames": names[place : place + 500]})
            if visited:
                await hub.stop()
                set_visits(hub.folder / "hub.sqlite", users)
                await hub.start()
            yield Bench(hub, f"http://127.0.0.1:{hub.hub_port}/hub/api")


def set_visits(path: Path, users: int) -> None:
    """Write into the hub's database when each user was there last."""
    change = "UPDATE users SET last_activity = datetime('now', '-' || (id * ?) || ' seconds')"
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute(change, (30 * 86400 // users,))
        database.commit()


def make_rows(name: str, ours: Cost, theirs: Cost) -> list[benchtable.Row]:
    """The three figures of one kind of cycle."""
    figures = (("seconds", "s"), ("requests", "requests"), ("cpu", "s"))
    words = {"seconds": "time", "requests": "requests", "cpu": "hub CPU"}
    return [
        benchtable.Row(
            f"{name}: {words[key]}", unit, getattr(ours, key), getattr(theirs, key), PEER
        )
        for key, unit in figures
    ]


async def measure_cycles(users: int, servers: int, runs: int) -> list[benchtable.Row]:
    """Cycles in which nothing is due."""
    rows = []
    async with full_hub(users) as bench:
        await bench.start_servers([f"user-{number:04}" for number in range(servers)])
        for name, how in (
            ("cycle over servers", {"users": False, "cycles": 4}),
            ("first cycle over servers", {"users": False}),
            ("cycle over servers and users", {"users": True}),
        ):
            rows += make_rows(name, *await bench.paired(runs, idle=FAR, **how))
    return rows


async def measure_never_active(users: int, runs: int) -> list[benchtable.Row]:
    """The worst case for paging: nobody was ever active, so every user must be looked at."""
    async with full_hub(users, visited=False) as bench:
        pair = await bench.paired(runs, idle=FAR, users=True)
    return make_rows("cycle over users never active", *pair)


async def measure_stops(servers: int, seconds: float, runs: int) -> list[benchtable.Row]:
    """Servers that are all idle, and whose stop takes some time."""
    costs: tuple[list[Cost], list[Cost]] = ([], [])
    names = [f"user-{number:04}" for number in range(servers)]
    async with full_hub(servers) as bench:
        for _ in range(runs):
            for cycle, into in zip((bench.ours, bench.theirs), costs, strict=True):
                await bench.start_servers(names, stop=seconds)
                await asyncio.sleep(1.1)  # idle for the second that the limit is
                into.append(await bench.measure(lambda cycle=cycle: cycle(idle=1, users=False)))
    return make_rows(f"{servers} stops of {seconds} s", middle(costs[0]), middle(costs[1]))


async def run(options: argparse.Namespace) -> list[benchtable.Row]:
    """All figures."""
    rows = []
    if options.only in ("", "stops"):
        rows += await measure_stops(options.stops, 0.25, max(options.runs // 3, 1))
    if options.only in ("", "cycles"):
        rows += await measure_cycles(options.users, options.servers, options.runs)
    if options.only in ("", "paging"):
        rows += await measure_never_active(options.users, options.runs)
    return rows


def main(argv: list[str] | None = None) -> None:
    """Print the table; write the rows with --json FILE."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=5000)
    parser.add_argument("--servers", type=int, default=500)
    parser.add_argument("--stops", type=int, default=100)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="", choices=["", "cycles", "paging", "stops"])
    parser.add_argument("--json")
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.ERROR)
    benchtable.report(asyncio.run(run(options)), options.json)


if __name__ == "__main__":
    main()
