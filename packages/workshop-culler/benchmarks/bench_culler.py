"""The culler beside jupyterhub-idle-culler, on a real hub with 5,000 users and 500 servers.

Both run in this process against the same hub, in turns; requests and CPU time are the hub's
own (its metrics, its process). Servers are resting ones: see tests/resting_hub_config.py. The
hub's database is in memory where the machine has a place for that: a hub writes to it three
times for every stop, and what a disk takes for it says nothing of the two that are compared.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import re
import secrets
import shutil
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import jupyterhub_idle_culler
import psutil

import benchtable
import crowd
import realhub
from ports import hold_port
from workshop_culler.clients.hub import Hub, HubAddress
from workshop_culler.config.settings import Settings
from workshop_culler.passes.sweep import Sweep
from workshop_culler.rules.limits import Limits
from workshop_culler.rules.user_verdicts import UserRules

PEER = "jupyterhub-idle-culler"
BARE = "bare DELETEs, all at once"
HERE = Path(__file__).parent
MEMORY = Path("/dev/shm")  # noqa: S108 - a place, not a name that could be guessed
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

    async def ours(self, *, idle: float, users: bool, cycles: int = 1, held: int = 0) -> None:
        """Cycles of ours, half the idle time after one another, as both do unless told.

        In the first `held` ones idleness is on hold: two with the defaults, after a start.
        """
        settings = Settings(general=Limits(idle=idle), users=UserRules(idle=idle if users else 0))
        wall = 0.0
        async with Hub(HubAddress(self.url, TOKEN), LOG) as client:
            sweep = Sweep(client, settings, LOG, wall=lambda: wall)
            for number in range(cycles):
                wall = number * idle / 2
                sweep.idle_suspended = number < held
                report = await sweep.run()
                if not report.ok:
                    raise RuntimeError(report.troubles or "some act failed")

    async def bare(self, names: list[str]) -> None:
        """The stops alone, all at once: what the hub itself takes, whoever asks."""
        headers = {"Authorization": f"token {TOKEN}"}
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(headers=headers, connector=connector) as session:

            async def stop(name: str) -> None:
                async with session.delete(f"{self.url}/users/{name}/server") as answer:
                    answer.raise_for_status()

            await asyncio.gather(*map(stop, names))

    async def theirs(self, *, idle: float, users: bool, cycles: int = 1, held: int = 0) -> None:
        """Cycles of the peer, which holds nothing."""
        for _ in range(cycles):
            await jupyterhub_idle_culler.cull_idle(
                self.url, TOKEN, idle, LOG, cull_users=users, concurrency=10
            )

    async def paired(self, runs: int, *, warm: bool = True, **how: Any) -> tuple[Cost, Cost]:
        """Medians of ours and theirs, run in turns, after one run each to warm up."""
        costs: tuple[list[Cost], list[Cost]] = ([], [])
        for number in range(runs + warm):
            for cycle, into in zip((self.ours, self.theirs), costs, strict=True):
                cost = await self.measure(lambda cycle=cycle: cycle(**how))
                if number or not warm:
                    into.append(cost)
        cycles = how.get("cycles", 1)
        return middle(costs[0], cycles), middle(costs[1], cycles)

    async def start_servers(self, names: list[str], **options: Any) -> None:
        """Start servers, ten at a time, and follow the hub's progress until each is ready."""
        limit = asyncio.Semaphore(10)

        async def start(name: str) -> None:
            async with limit:
                events = await self.hub.start_server(name, options)
            if not events[-1].get("ready"):
                raise RuntimeError(f"the server of {name} did not start: {events[-1]}")

        await asyncio.gather(*(start(name) for name in names))

    async def until_idle(self, seconds: float) -> None:
        """Wait until all servers have been idle for so long by the hub's own clock."""
        async with Hub(HubAddress(self.url, TOKEN), LOG) as client:
            servers = [s for user in await client.list_users("active") for s in user.servers or ()]
            last = max(s.last_activity or s.started or client.now for s in servers)
            while client.now < last + timedelta(seconds=seconds):
                await asyncio.sleep(0.1)  # the hub has no event for the time
                await client.whoami()


def middle(costs: list[Cost], cycles: int = 1) -> Cost:
    """The median of each figure, for one of so many cycles."""
    columns = zip(*((c.seconds, c.requests, c.cpu) for c in costs), strict=True)
    return Cost(*(benchtable.median(column) / cycles for column in columns))


@contextlib.asynccontextmanager
async def full_hub(users: int, *, visited: bool = True) -> AsyncIterator[Bench]:
    """A hub with this many users, who were last there one after the other in the last month."""
    place = str(MEMORY) if os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=place) as folder, hold_port() as resting:
        async with realhub.real_hubs(Path(folder)) as factory:
            hub = await factory(CONFIG, env={"RESTING_PORT": str(resting.port)})
            await hub.stop()
            add_users(hub.folder / "hub.sqlite", users, visited=visited)
            await hub.start()
            yield Bench(hub, f"http://127.0.0.1:{hub.hub_port}/hub/api")


def add_users(path: Path, users: int, *, visited: bool) -> None:
    """Write users into the database of a hub that is down, as its API takes minutes for it."""
    gap = 30 * 86400 // users
    rows = [
        (f"user-{n:04}", f"-{(n + 1) * gap} seconds" if visited else None, secrets.token_hex(16))
        for n in range(users)
    ]
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.executemany(
            "INSERT INTO users (name, admin, created, last_activity, cookie_id) "
            "VALUES (?, 0, datetime('now', '-30 days'), datetime('now', ?), ?)",
            rows,
        )
        database.execute(
            "INSERT INTO user_role_map (user_id, role_id, managed_by_auth) "
            "SELECT users.id, roles.id, 0 "
            "FROM users, roles WHERE roles.name = 'user' AND users.name LIKE 'user-%'"
        )
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
            ("single pass over servers", {"users": False}),
            ("first three cycles after a start", {"users": False, "cycles": 3, "held": 2}),
        ):
            rows += make_rows(name, *await bench.paired(runs, idle=FAR, **how))
        # The peer takes a hundred requests for it: few runs, on a hub that is warm by now.
        pair = await bench.paired(max(runs // 2, 1), warm=False, idle=FAR, users=True)
        rows += make_rows("cycle over servers and users", *pair)
    return rows


async def measure_never_active(users: int, runs: int) -> list[benchtable.Row]:
    """The worst case for paging: nobody was ever active, so every user must be looked at."""
    async with full_hub(users, visited=False) as bench:
        pair = await bench.paired(max(runs // 2, 1), warm=False, idle=FAR, users=True)
    return make_rows("cycle over users never active", *pair)


async def measure_stops(servers: int, seconds: float, runs: int) -> list[benchtable.Row]:
    """Servers that are all idle, and whose stop takes some time."""
    names = [f"user-{number:04}" for number in range(servers)]
    async with full_hub(servers) as bench:
        cycles = (
            lambda: bench.ours(idle=1, users=False),
            lambda: bench.theirs(idle=1, users=False),
            lambda: bench.bare(names),
        )
        costs: tuple[list[Cost], ...] = ([], [], [])
        for _ in range(runs):
            for cycle, into in zip(cycles, costs, strict=True):
                await bench.start_servers(names, stop=seconds)
                await bench.until_idle(1)
                into.append(await bench.measure(cycle))
    ours, theirs, bare = map(middle, costs)
    name = f"{servers} stops of {seconds} s"
    row = benchtable.Row(f"{name}: time", "s", ours.seconds, bare.seconds, BARE)
    return [*make_rows(name, ours, theirs), row]


# What the page takes, in milliseconds: until all rows are there, and from a key, and from an
# update of one session, to the frame that shows it.
PAGE_TIMES = """async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const time = async (work) => {
    const begin = performance.now();
    work();
    await frame();
    return performance.now() - begin;
  };
  const find = document.getElementById("find");
  const type = (text) => { find.value = text; find.dispatchEvent(new Event("input")); };
  const keys = [], updates = [];
  document.querySelector("[data-sort=last_activity]").click();
  for (let number = 0; number < 20; number += 1) {
    keys.push(await time(() => type("class-1".slice(0, number % 8))));
    type("");
    await frame();
    const data = [...rows.values()][number * 7].data;
    const changed = { ...data, page: `page ${number}`, last_activity: new Date().toISOString() };
    const message = { now: new Date().toISOString(), rows: [changed], gone: [] };
    updates.push(await time(() => apply(message)));
  }
  return { keys, updates };
}"""


async def measure_page(sessions: int) -> list[benchtable.Row]:
    """The instructor's page with so many sessions, in a browser; there is no peer for it."""
    from playwright.async_api import async_playwright

    path = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder:
        async with crowd.gather_crowd(sessions, Path(folder)) as people, async_playwright() as it:
            browser = await it.chromium.launch(executable_path=path, args=["--no-sandbox"])
            page = await browser.new_page(viewport={"width": 1280, "height": 720})
            await page.goto(people.url)
            await page.wait_for_selector(f"#rows tr:nth-child({sessions})")
            loaded = await page.evaluate("performance.now()")
            times = await page.evaluate(PAGE_TIMES)
            await browser.close()
    figures = {
        "all rows there": loaded,
        "key to frame": benchtable.median(times["keys"]),
        "update to frame": benchtable.median(times["updates"]),
    }
    return [benchtable.Row(f"page of {sessions}: {n}", "ms", each) for n, each in figures.items()]


async def run(options: argparse.Namespace) -> list[benchtable.Row]:
    """All figures."""
    rows = []
    if options.only in ("", "stops"):
        rows += await measure_stops(options.stops, 0.25, max(options.runs // 3, 1))
    if options.only in ("", "paging"):
        rows += await measure_never_active(options.users, options.runs)
    if options.only in ("", "cycles"):
        rows += await measure_cycles(options.users, options.servers, options.runs)
    if options.only in ("", "page"):
        rows += await measure_page(options.servers)
    return rows


def main(argv: list[str] | None = None) -> None:
    """Print the table; write the rows with --json FILE."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=5000)
    parser.add_argument("--servers", type=int, default=500)
    parser.add_argument("--stops", type=int, default=100)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="", choices=["", "cycles", "page", "paging", "stops"])
    parser.add_argument("--json")
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.ERROR)
    benchtable.report(asyncio.run(run(options)), options.json)


if __name__ == "__main__":
    main()
