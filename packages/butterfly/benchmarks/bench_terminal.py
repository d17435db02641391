"""The terminal's figures beside its peers': start, memory, echo, flood, Ctrl-C.

`python packages/butterfly/benchmarks/bench_terminal.py [--runs N] [--json FILE] [--peers a,b]`.
Ours runs behind a real hub and is entered by its login, as are jhsingle-native-proxy with Butterfly
and jupyterhub-singleuser; ttyd, Butterfly's own server and jupyter-server's terminals are alone on
their ports. All terminals are spoken to at the server's own port. `peers` knows them, `servers`
starts them. On a machine that does other things, too, times say little: look at CPU and ratios.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
import peers
import psutil
import servers

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tests" / "support"))

import benchtable

FLOOD_BYTES = 40 * 1024 * 1024
ECHOES = 300
PAUSE = 0.004  # between two keys
TERMINALS = 10
MIB = 1024 * 1024
# One server in one round, also on a machine that does other things.
ROUND_SECONDS = 120


class Measurement:
    """The figures of one server in one round."""

    def __init__(self, peer: peers.Peer, running: servers.RunningServer) -> None:
        self.peer = peer
        self.running = running
        self.figures = {
            "start to first answer": running.seconds,
            "server's CPU to the first answer": running.cpu,
        }
        self.peak = 0

    async def take(self) -> dict[str, float]:
        """Take them all; of a server without terminals, those that it has."""
        self.figures["memory after the first page"] = self._memory() / MIB
        with contextlib.suppress(NotImplementedError):
            async with self.peer.connect(self.running.http, self.running.base, "one") as line:
                await self._terminal(line)
        return self.figures

    def _memory(self) -> int:
        return sum(one.memory_info().rss for one in self.peer.servers(self.running.process))

    def _cpu(self) -> float:
        return sum(servers.cpu_seconds(one) for one in self.peer.servers(self.running.process))

    async def _terminal(self, line: peers.Line) -> None:
        await line.send("stty -echo; echo re''ady\r")
        await line.until(b"ready")
        idle = self._memory()
        self.figures["memory, one idle terminal"] = idle / MIB
        await self._more_terminals(idle)
        await line.send("stty -onlcr; PS1='$ '; cat\r")
        await line.send("mark\r")
        await line.until(b"mark")
        await self._echo(line, "echo")
        await line.send("\x03")
        await line.until(b"$ ")
        await self._flood(line)
        self.figures["memory, peak beyond idle in a flood"] = (self.peak - idle) / MIB
        await self._interrupt(line)
        await self._beside(line)
        self.figures["largest message"] = line.largest / 1024

    async def _more_terminals(self, idle: int) -> None:
        async with contextlib.AsyncExitStack() as stack:
            for number in range(TERMINALS):
                line = await stack.enter_async_context(
                    self.peer.connect(self.running.http, self.running.base, f"more{number}")
                )
                await line.send("echo re''ady\r")
                await line.until(b"ready")
            more = (self._memory() - idle) / TERMINALS
            self.figures["memory, each further idle terminal"] = more / MIB

    async def _echo(self, line: peers.Line, name: str) -> None:
        times, cpu = [], self._cpu()
        for number in range(ECHOES):
            mark = f"<{number}>"
            started = time.perf_counter()
            await line.send(mark + "\r")
            await line.until(mark.encode())
            times.append((time.perf_counter() - started) * 1000)
            await asyncio.sleep(PAUSE)
        used = (self._cpu() - cpu) * 1000 / ECHOES
        times.sort()
        self.figures[f"{name} p50"] = statistics.median(times)
        self.figures[f"{name} p99"] = times[int(len(times) * 0.99)]
        if name == "echo":
            self.figures["server's CPU per echo"] = used

    async def _flood(self, line: peers.Line) -> None:
        self.peak = self._memory()
        watch = asyncio.create_task(self._watch())
        cpu = self._cpu()
        started = time.perf_counter()
        await line.send(f"head -c {FLOOD_BYTES} /dev/zero | tr '\\0' x; echo do''ne\r")
        count = await line.until(b"done")
        seconds = time.perf_counter() - started
        watch.cancel()
        self.figures["output"] = count / MIB / seconds
        used = (self._cpu() - cpu) * 1000 / (count / MIB)
        self.figures["server's CPU per MiB of output"] = used
        self.figures["output lost"] = max(0, FLOOD_BYTES - count) / MIB

    async def _watch(self) -> None:
        while True:
            self.peak = max(self.peak, self._memory())
            await asyncio.sleep(0.02)

    async def _interrupt(self, line: peers.Line) -> None:
        times = []
        for _ in range(5):
            await line.send("yes\r")
            await line.until(b"y\ny\ny\n")
            until = time.perf_counter() + 0.3
            while time.perf_counter() < until:
                await line.read()
            started = time.perf_counter()
            await line.send("\x03")
            await line.until(b"$ ")
            times.append((time.perf_counter() - started) * 1000)
        self.figures["Ctrl-C in a flood to the prompt"] = statistics.median(times)

    async def _beside(self, line: peers.Line) -> None:
        async with self.peer.connect(self.running.http, self.running.base, "beside") as quiet:
            await quiet.send("stty -echo; echo re''ady\r")
            await quiet.until(b"ready")
            await quiet.send("cat\r")
            await quiet.send("mark\r")
            await quiet.until(b"mark")
            await line.send("yes\r")
            reading = asyncio.create_task(self._read_on(line))
            await self._echo(quiet, "echo beside a flood")
            reading.cancel()

    async def _read_on(self, line: peers.Line) -> None:
        while True:
            await line.read()


UNITS = {
    "start to first answer": ("s", False),
    "server's CPU to the first answer": ("s", False),
    "output": ("MiB/s", True),
    "output lost": ("MiB", False),
    "server's CPU per MiB of output": ("ms", False),
    "largest message": ("KiB", False),
}

Taken = dict[str, list[dict[str, float]]]


async def measure(
    peer: peers.Peer, runner: servers.Standalone | servers.BehindHub
) -> dict[str, float] | Exception:
    """Take one server's figures once, or return how it broke."""
    try:
        async with asyncio.timeout(ROUND_SECONDS), runner.run(peer) as running:
            return await Measurement(peer, running).take()
    except (OSError, TimeoutError, ValueError, psutil.Error, aiohttp.ClientError) as error:
        return error


async def compare(found: list[peers.Peer], runs: int, minutes: float) -> list[benchtable.Row]:
    """Measure all in turn, `runs` times or as often as the minutes allow; medians.

    A peer that breaks twice is left out from then on, with a word. Ours must not break.
    """
    taken: Taken = {peer.name: [] for peer in found}
    broken: dict[str, int] = dict.fromkeys(taken, 0)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with servers.BehindHub.open(folder, [p for p in found if p.behind_hub]) as hub:
            for done in range(runs):
                used = time.monotonic() - began
                if done and used * (done + 1) / done > minutes * 60:
                    print(f"{done} of {runs} rounds: the time is up", file=sys.stderr)
                    break
                # Each round begins with another one: the hub is busiest at its start.
                first = (done + 1) % len(found)
                for peer in [*found[first:], *found[:first]]:
                    if broken[peer.name] > 1:
                        continue
                    result = await measure(
                        peer, hub if peer.behind_hub else servers.Standalone(folder)
                    )
                    if isinstance(result, dict):
                        taken[peer.name].append(result)
                        continue
                    broken[peer.name] += 1
                    print(f"{peer.name} broke: {type(result).__name__} {result}", file=sys.stderr)
    if not taken["ours"]:
        raise SystemExit("Our own server broke: see above.")
    return make_rows(taken)


def make_rows(taken: Taken) -> list[benchtable.Row]:
    """Make a row for each figure and peer that has it."""
    medians = {
        name: {key: statistics.median(run[key] for run in done) for key in done[0]}
        for name, done in taken.items()
        if done
    }
    ours = medians.pop("ours")
    rows = []
    for key, value in ours.items():
        unit, higher = UNITS.get(key, ("MiB" if "memory" in key else "ms", False))
        with_it = [name for name in medians if key in medians[name]]
        rows += [
            benchtable.Row(key, unit, value, medians[name][key], name, higher) for name in with_it
        ] or [benchtable.Row(key, unit, value)]
    return rows


def main(argv: list[str] | None = None) -> None:
    """Measure, print the table, write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=5, help="rounds, each with every server")
    parser.add_argument("--minutes", type=float, default=7, help="no further round beyond these")
    parser.add_argument("--json", metavar="FILE", help="where to write the rows")
    parser.add_argument("--peers", type=lambda text: text.split(","), help="these only: a,b")
    options = parser.parse_args(argv)
    rows = asyncio.run(compare(peers.find_peers(options.peers), options.runs, options.minutes))
    benchtable.report(rows, options.json)


if __name__ == "__main__":
    main()
