"""A whole workshop on one machine: `python3 noxfile.py -s demo`.

Starts pocket-openshift (the cluster) with a node agent, gives the hub a service account with the
rights of templates/hub-rbac.yaml and no more, and starts a stock JupyterHub with our plugins.
Everything is on loopback, in a temporary folder, and ends with this program.

    python demo/serve.py             serve until Ctrl-C
    python demo/serve.py --check     play one visitor, exit 0 or 1
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import children
import cluster
import visitor
from ports import HeldPort, hold_port

HERE = Path(__file__).resolve().parent
CHECK_SECONDS = 170
LOG_SHOWN = 20_000


@dataclass(frozen=True)
class Ports:
    """The loopback ports of one demo: what people open, the APIs of hub, proxy and culler.

    They are held until the demo ends, so that nobody else gets one before its server starts.
    """

    public: HeldPort
    hub: HeldPort
    proxy: HeldPort
    culler: HeldPort


def parse_arguments(argv: list[str]) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description="A whole workshop on this machine, on loopback.")
    parser.add_argument("--check", action="store_true", help="play one visitor; exit 0 or 1")
    parser.add_argument("--port", type=int, default=8000, help="where to serve it (default: 8000)")
    parser.add_argument("--auto-start", action="store_true", help="no button: visitors go right in")
    parser.add_argument("--access-code", default="", help="what visitors must type to enter")
    parser.add_argument("--session-limit", type=int, default=0, help="at most so many at once")
    parser.add_argument("--idle-minutes", type=float, default=60, help="idle sessions end (60)")
    parser.add_argument("--age-minutes", type=float, default=240, help="all sessions end (240)")
    parser.add_argument("--verbose", action="store_true", help="show what every part logs")
    return parser.parse_args(argv)


def hold_ports(wanted: int, stack: contextlib.AsyncExitStack) -> Ports:
    """The wanted public port, or another where somebody listens on it; free ones for the rest."""
    try:
        public = hold_port(wanted)
    except OSError:
        public = hold_port()
    ports = Ports(public, hold_port(), hold_port(), hold_port())
    for held in (ports.public, ports.hub, ports.proxy, ports.culler):
        stack.callback(held.close)
    return ports


def make_settings(
    options: argparse.Namespace, ports: Ports, folder: Path, kubeconfig: Path
) -> dict[str, str]:
    """What demo/jupyterhub_config.py reads from its environment."""
    return {
        "DEMO_FOLDER": str(folder),
        "DEMO_URL": f"http://127.0.0.1:{ports.public.port}/",
        "DEMO_HUB_PORT": str(ports.hub.port),
        "DEMO_PROXY_PORT": str(ports.proxy.port),
        "DEMO_CULLER_PORT": str(ports.culler.port),
        "DEMO_CHECK_TOKEN": secrets.token_hex(16),
        "DEMO_INSTRUCTOR_CODE": secrets.token_hex(16),
        "DEMO_AUTO_START": "yes" if options.auto_start else "",
        "DEMO_ACCESS_CODE": options.access_code,
        "DEMO_SESSION_LIMIT": str(options.session_limit),
        "DEMO_IDLE_SECONDS": str(int(options.idle_minutes * 60)),
        "DEMO_AGE_SECONDS": str(int(options.age_minutes * 60)),
        "DEMO_NOTES": str(HERE / "notes"),
        "KUBECONFIG": str(kubeconfig),
    }


@contextlib.asynccontextmanager
async def serve(
    options: argparse.Namespace, folder: Path
) -> AsyncIterator[tuple[Mapping[str, str], Mapping[str, asyncio.subprocess.Process]]]:
    """The running demo: yields its settings and parts; ends every part, sessions first."""
    log = children.Log(folder / "demo.log", show=options.verbose)
    async with contextlib.AsyncExitStack() as stack:
        ports = hold_ports(options.port, stack)
        if options.port not in (0, ports.public.port):
            print(f"Port {options.port} is taken; this demo uses {ports.public.port}.", flush=True)
        stack.callback(log.close)
        start = children.starter(stack, log)
        print("Starting a cluster ...", flush=True)
        admin = folder / "admin.kubeconfig"
        command = cluster.serve_command(admin)
        parts = {"the cluster": await start(command, what="the cluster", ready="ready https://")}
        hub = await cluster.prepare(admin, folder / "hub.kubeconfig")
        node = cluster.node_command(admin, folder / "node")
        what = "the node and what still runs on it"
        parts["the node"] = await start(node, what=what, ready="ready")
        print("Starting a JupyterHub ...", flush=True)
        settings = make_settings(options, ports, folder, hub)
        config = HERE / "jupyterhub_config.py"
        command = [sys.executable, "-m", "jupyterhub", "-f", str(config)]
        parts["the hub"] = await start(
            command,
            what="the sessions and the hub",
            ready="JupyterHub is now running",
            env=settings,
            cwd=folder,
        )
        yield settings | {"ADMIN_KUBECONFIG": str(admin)}, parts


async def main(argv: list[str]) -> int:
    """Serve until a signal, or check and return the exit code."""
    options = parse_arguments(argv)
    folder = Path(tempfile.mkdtemp(prefix="workshop-demo-"))
    stop = stop_on_signals()
    children.adopt_orphans()
    try:
        async with serve(options, folder) as (settings, parts):
            if options.check:
                return await check(settings, parts, stop)
            print(f"\nThe workshop is open: {settings['DEMO_URL']}\n", flush=True)
            print(f"For instructors: {settings['DEMO_URL']}services/workshop-culler/login")
            print(f"  with the code {settings['DEMO_INSTRUCTOR_CODE']}")
            print(f"A KUBECONFIG of the cluster's admin: {settings['ADMIN_KUBECONFIG']}")
            print(f"What every part logs: {folder / 'demo.log'}")
            print("Ctrl-C ends everything.", flush=True)
            if trouble := await wait_for_stop(parts, stop):
                print(f"{find_end(folder)}\n{trouble}", file=sys.stderr, flush=True)
                return 1
            print(flush=True)
            return 0
    except children.NotStartedError as error:
        print(f"{error}\n", file=sys.stderr)
        return 1
    finally:
        children.end_orphans()
        print(f"Removing {folder} ...", flush=True)
        shutil.rmtree(folder, ignore_errors=True)


async def wait_for_stop(
    parts: Mapping[str, asyncio.subprocess.Process], stop: asyncio.Event
) -> str:
    """Wait for a signal, which is no trouble, or until a part ends: what to say about it."""
    stopping = asyncio.create_task(stop.wait())
    dying = asyncio.create_task(children.wait_for_end(parts))
    await asyncio.wait({stopping, dying}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if stop.is_set():
        dying.cancel()
        return ""
    return f"{dying.result()} The demo ends; start it again for a fresh one."


def find_end(folder: Path) -> str:
    """The end of all that the parts said."""
    return (folder / "demo.log").read_text()[-LOG_SHOWN:]


async def check(
    settings: Mapping[str, str],
    parts: Mapping[str, asyncio.subprocess.Process],
    stop: asyncio.Event,
) -> int:
    """Play one visitor, within a bounded time and until a signal; the exit code."""
    playing = asyncio.create_task(visitor.play(settings))
    stopping = asyncio.create_task(wait_for_stop(parts, stop))
    await asyncio.wait(
        {playing, stopping}, timeout=CHECK_SECONDS, return_when=asyncio.FIRST_COMPLETED
    )
    ended = stopping.result() if stopping.done() else ""
    stopping.cancel()
    playing.cancel()
    trouble, _ = await asyncio.gather(playing, stopping, return_exceptions=True)
    if trouble is None:
        return 0
    if isinstance(trouble, asyncio.CancelledError):
        trouble = ended or f"not done after {CHECK_SECONDS} s, or interrupted"
    end = find_end(Path(settings["DEMO_FOLDER"]))
    print(f"{end}\nFAILED: {trouble or repr(trouble)}", file=sys.stderr)
    return 1


def stop_on_signals() -> asyncio.Event:
    """An event that Ctrl-C and SIGTERM set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


if __name__ == "__main__":
    os.umask(0o077)
    sys.exit(asyncio.run(main(sys.argv[1:])))
