"""The terminal's figures beside its peers': start, memory, echo, flood, Ctrl-C.

`python packages/butterfly/benchmarks/bench_terminal.py [--runs N] [--json FILE] [--peers a,b]`.
Peers are used where they are installed: ttyd (Debian), butterfly (its own server), jupyter-server
with jupyter-server-terminals. All run on loopback without a login, the runs paired.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib.util
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
import typing
from pathlib import Path

import aiohttp
import psutil

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "support"))

import benchtable  # noqa: E402 - found by the line above
import realhub  # noqa: E402

FLOOD_BYTES = 40 * 1024 * 1024
ECHOES = 300
MIB = 1024 * 1024


class Peer:
    """A terminal server: how it is started and spoken to."""

    name = "ours"

    def command(self, port: int) -> list[str]:
        """Return the command that serves on a port."""
        package = [sys.executable, "-m", "jupyterhub_butterfly", "--mode=none", f"--port={port}"]
        return [*package, "--ButterflyApp.extensions=[]", "--ButterflyApp.shell=['/bin/sh','-i']"]

    def health(self) -> str:
        """Return the path that answers when it is up."""
        return "/api"

    @contextlib.asynccontextmanager
    async def connect(
        self, http: aiohttp.ClientSession, base: str, name: str
    ) -> typing.AsyncIterator[Line]:
        """Open a terminal."""
        async with http.get(f"{base}/terminal/session/{name}") as page:
            text = await page.text()
        import html
        import re

        config = json.loads(html.unescape(re.search(r'data-terminal="([^"]*)"', text)[1]))
        offers = ["butterfly", f"ticket.{config['ticket']}", "page.bench"]
        options = {"protocols": offers, "headers": {"Origin": base}, "max_msg_size": 0}
        async with (
            http.ws_connect(f"{base}/ws/session/{name}", **options) as shell,
            http.ws_connect(f"{base}/ctl/session/{name}", **options) as ctl,
        ):
            await ctl.send_json({"cmd": "open", "cols": 80, "rows": 24})
            yield Line(shell)


class Line:
    """One terminal's connection: text in, bytes out."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.largest = 0

    async def send(self, text: str) -> None:
        """Type."""
        await self.socket.send_str(text)

    async def read(self) -> bytes:
        """Return the next piece of output."""
        message = await self.socket.receive(timeout=60)
        data = message.data.encode() if isinstance(message.data, str) else message.data
        if not isinstance(data, bytes):
            raise TypeError(f"the terminal closed: {message}")
        self.largest = max(self.largest, len(data))
        return self.unwrap(data)

    def unwrap(self, data: bytes) -> bytes:
        """Return the output in a message."""
        return data

    async def until(self, mark: bytes) -> int:
        """Read up to a mark; returns how many bytes came."""
        tail, count = b"", 0
        while mark not in tail:
            data = await self.read()
            count += len(data)
            tail = tail[-200:] + data
        return count


class TtydLine(Line):
    """ttyd puts a letter before each message."""

    async def send(self, text: str) -> None:
        """As in the base class."""
        await self.socket.send_bytes(b"0" + text.encode())

    def unwrap(self, data: bytes) -> bytes:
        """As in the base class."""
        return data[1:] if data[:1] == b"0" else b""


class Ttyd(Peer):
    """ttyd, in C."""

    name = "ttyd"

    def command(self, port: int) -> list[str]:
        """As in the base class."""
        return ["ttyd", "-p", str(port), "-i", "127.0.0.1", "-W", "/bin/sh", "-i"]

    def health(self) -> str:
        """As in the base class."""
        return "/"

    @contextlib.asynccontextmanager
    async def connect(
        self, http: aiohttp.ClientSession, base: str, name: str
    ) -> typing.AsyncIterator[Line]:
        """As in the base class."""
        async with http.ws_connect(f"{base}/ws", protocols=["tty"], max_msg_size=0) as socket:
            await socket.send_bytes(b'{"columns":80,"rows":24}')
            yield TtydLine(socket)


class Butterfly(Peer):
    """Butterfly's own server, with its security off, as it was run before."""

    name = "butterfly"

    def command(self, port: int) -> list[str]:
        """As in the base class."""
        script = shutil.which("butterfly.server.py") or "butterfly.server.py"
        return [
            *(sys.executable, script, "--unsecure", "--host=127.0.0.1", f"--port={port}"),
            "--i-hereby-declare-i-dont-want-any-security-whatsoever",
            *("--motd=", "--shell=/bin/sh"),
        ]

    def health(self) -> str:
        """As in the base class."""
        return "/"

    @contextlib.asynccontextmanager
    async def connect(
        self, http: aiohttp.ClientSession, base: str, name: str
    ) -> typing.AsyncIterator[Line]:
        """As in the base class."""
        options = {"max_msg_size": 0, "headers": {"Origin": base}}
        async with (
            http.ws_connect(f"{base}/ws/session/{name}", **options) as shell,
            http.ws_connect(f"{base}/ctl/session/{name}", **options) as ctl,
        ):
            await ctl.send_json({"cmd": "open"})
            await ctl.send_json({"cmd": "size", "cols": 80, "rows": 24})
            yield Line(shell)


class JupyterLine(Line):
    """jupyter-server-terminals speak JSON lists."""

    async def send(self, text: str) -> None:
        """As in the base class."""
        await self.socket.send_str(json.dumps(["stdin", text]))

    def unwrap(self, data: bytes) -> bytes:
        """As in the base class."""
        kind, *rest = json.loads(data)
        return rest[0].encode() if kind == "stdout" else b""


class Jupyter(Peer):
    """jupyter-server with its terminals (terminado)."""

    name = "jupyter-server"

    def command(self, port: int) -> list[str]:
        """As in the base class."""
        return [
            *(sys.executable, "-m", "jupyter_server", f"--ServerApp.port={port}", "--no-browser"),
            *("--ServerApp.ip=127.0.0.1", "--IdentityProvider.token=", "--allow-root"),
            *("--ServerApp.disable_check_xsrf=True", "--ServerApp.password="),
            "--ServerApp.terminado_settings={'shell_command': ['/bin/sh', '-i']}",
        ]

    def health(self) -> str:
        """As in the base class."""
        return "/api"

    @contextlib.asynccontextmanager
    async def connect(
        self, http: aiohttp.ClientSession, base: str, name: str
    ) -> typing.AsyncIterator[Line]:
        """As in the base class."""
        async with http.post(f"{base}/api/terminals") as made:
            number = (await made.json())["name"]
        url = f"{base}/terminals/websocket/{number}"
        async with http.ws_connect(url, max_msg_size=0, headers={"Origin": base}) as socket:
            yield JupyterLine(socket)


class Run:
    """One server, started, measured and stopped."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.figures: dict[str, float] = {}

    async def measure(self) -> dict[str, float]:
        """Take all figures of one run."""
        port = realhub.free_port()
        base = f"http://127.0.0.1:{port}"
        with tempfile.TemporaryDirectory() as home:
            env = {**os.environ, "HOME": home, "PS1": "$ ", "ENV": ""}
            started = time.perf_counter()
            process = await asyncio.create_subprocess_exec(
                *self.peer.command(port),
                env=env,
                cwd=home,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
            try:
                async with aiohttp.ClientSession() as http:
                    await self._wait(http, base + self.peer.health())
                    self.figures["start to first answer"] = time.perf_counter() - started
                    await self._terminal(http, base, psutil.Process(process.pid))
            finally:
                with contextlib.suppress(ProcessLookupError):
                    process.terminate()
                await process.wait()
        return self.figures

    async def _wait(self, http: aiohttp.ClientSession, url: str) -> None:
        async with asyncio.timeout(30):
            while True:
                with contextlib.suppress(aiohttp.ClientError):
                    async with http.get(url) as answer:
                        if answer.status < 500:
                            return
                await asyncio.sleep(0.002)

    async def _terminal(
        self, http: aiohttp.ClientSession, base: str, process: psutil.Process
    ) -> None:
        async with self.peer.connect(http, base, "one") as line:
            await line.send("stty -echo; echo re''ady\r")
            await line.until(b"ready")
            idle = process.memory_info().rss
            self.figures["memory, one idle terminal"] = idle / MIB
            await self._more_terminals(http, base, process, idle)
            await line.send("stty -onlcr; PS1='$ '; cat\r")
            await line.send("mark\r")
            await line.until(b"mark")
            await self._echo(line, "echo", 0.004)
            await line.send("\x03")
            await line.until(b"$ ")
            await self._flood(line, process)
            self.figures["memory, peak beyond idle in a flood"] = (self.peak - idle) / MIB
            await self._interrupt(line)
            await self._beside(http, base, line)
            self.figures["largest message"] = line.largest / 1024

    async def _more_terminals(
        self, http: aiohttp.ClientSession, base: str, process: psutil.Process, idle: int
    ) -> None:
        async with contextlib.AsyncExitStack() as stack:
            for number in range(10):
                line = await stack.enter_async_context(
                    self.peer.connect(http, base, f"more{number}")
                )
                await line.send("echo re''ady\r")
                await line.until(b"ready")
            more = process.memory_info().rss - idle
            self.figures["memory, each further idle terminal"] = more / 10 / MIB

    async def _echo(self, line: Line, name: str, pause: float) -> None:
        times = []
        for number in range(ECHOES):
            mark = f"<{number}>"
            started = time.perf_counter()
            await line.send(mark + "\r")
            await line.until(mark.encode())
            times.append((time.perf_counter() - started) * 1000)
            await asyncio.sleep(pause)
        times.sort()
        self.figures[f"{name} p50"] = statistics.median(times)
        self.figures[f"{name} p99"] = times[int(len(times) * 0.99)]

    async def _flood(self, line: Line, process: psutil.Process) -> None:
        self.peak = process.memory_info().rss
        watch = asyncio.create_task(self._watch(process))
        cpu = sum(process.cpu_times()[:2])
        started = time.perf_counter()
        await line.send(f"head -c {FLOOD_BYTES} /dev/zero | tr '\\0' x; echo do''ne\r")
        count = await line.until(b"done")
        seconds = time.perf_counter() - started
        watch.cancel()
        self.figures["output"] = count / MIB / seconds
        self.figures["server's CPU per MiB of output"] = (
            (sum(process.cpu_times()[:2]) - cpu) * 1000 / (count / MIB)
        )
        self.figures["output lost"] = max(0, FLOOD_BYTES - count) / MIB

    async def _watch(self, process: psutil.Process) -> None:
        while True:
            self.peak = max(self.peak, process.memory_info().rss)
            await asyncio.sleep(0.02)

    async def _interrupt(self, line: Line) -> None:
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

    async def _beside(self, http: aiohttp.ClientSession, base: str, line: Line) -> None:
        async with self.peer.connect(http, base, "beside") as quiet:
            await quiet.send("stty -echo; cat\r")
            await quiet.send("mark\r")
            await quiet.until(b"mark")
            await line.send("yes\r")
            reading = asyncio.create_task(self._read_on(line))
            await self._echo(quiet, "echo beside a flood", 0.004)
            reading.cancel()

    async def _read_on(self, line: Line) -> None:
        while True:
            await line.read()


UNITS = {
    "start to first answer": ("s", False),
    "output": ("MiB/s", True),
    "output lost": ("MiB", False),
    "server's CPU per MiB of output": ("ms", False),
    "largest message": ("KiB", False),
}


def find_peers(wanted: list[str] | None) -> list[Peer]:
    """Return the peers that are installed here, or of those the wanted ones."""
    there = {
        "ttyd": (Ttyd(), shutil.which("ttyd")),
        "butterfly": (Butterfly(), shutil.which("butterfly.server.py")),
        "jupyter-server": (Jupyter(), importlib.util.find_spec("jupyter_server_terminals")),
    }
    for name, (_, found) in there.items():
        if not found:
            print(f"{name} is not installed: left out", file=sys.stderr)
    return [p for name, (p, found) in there.items() if found and (not wanted or name in wanted)]


async def measure_or_leave_out(peer: Peer, taken: dict[str, list[dict[str, float]]]) -> None:
    """Take one run's figures; a peer that breaks is left out, with a word."""
    if peer.name not in taken:
        return
    try:
        taken[peer.name].append(await Run(peer).measure())
    except (OSError, TimeoutError, TypeError, aiohttp.ClientError) as error:
        if peer.name == "ours":
            raise
        print(f"{peer.name} broke and is left out: {error!r}", file=sys.stderr)
        del taken[peer.name]


async def compare(peers: list[Peer], runs: int) -> list[benchtable.Row]:
    """Measure ours and each peer in turn, `runs` times; medians."""
    taken: dict[str, list[dict[str, float]]] = {peer.name: [] for peer in [Peer(), *peers]}
    for _ in range(runs):
        for peer in [Peer(), *peers]:
            await measure_or_leave_out(peer, taken)
    medians = {
        name: {key: statistics.median(run[key] for run in done) for key in done[0]}
        for name, done in taken.items()
    }
    return [
        benchtable.Row(key, unit, value, medians[name][key], name, higher)
        for key, value in medians["ours"].items()
        for unit, higher in [UNITS.get(key, ("MiB" if "memory" in key else "ms", False))]
        for name in (medians if len(medians) == 1 else [n for n in medians if n != "ours"])
    ]


def main(argv: list[str] | None = None) -> None:
    """Measure, print the table, write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json")
    parser.add_argument("--peers", type=lambda text: text.split(","))
    options = parser.parse_args(argv)
    rows = asyncio.run(compare(find_peers(options.peers), options.runs))
    benchtable.report(rows, options.json)


if __name__ == "__main__":
    main()
