"""`pocket-openshift node`: its options, its signals, its exit code."""

from __future__ import annotations

import argparse
import asyncio
import functools
import logging
import os
import signal
import sys
from pathlib import Path

from pocket_openshift.node import agent, leftovers
from pocket_openshift.node.rules import restarts
from pocket_openshift.router import router
from workshop_kube import errors


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the verb."""
    parser.add_argument(
        "--kubeconfig",
        type=Path,
        required=True,
        metavar="FILE",
        help="the API server and who we are there",
    )
    parser.add_argument(
        "--namespaces",
        action="append",
        default=[],
        metavar="PREFIX",
        help="only namespaces whose names start so; may be given more than once (default: all)",
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="where pods and claims have their files (default: a temporary folder)",
    )
    parser.add_argument(
        "--name", default="", help="the node's name (default: made of this machine's and DIR)"
    )
    parser.add_argument(
        "--restart-backoff",
        type=float,
        default=10.0,
        metavar="SECONDS",
        help="the first wait before a failing container is started again (default: %(default)s)",
    )
    parser.add_argument(
        "--router-port",
        type=int,
        metavar="PORT",
        help="also forward HTTP from this loopback port to pods; 0 picks one (default: no)",
    )
    parser.add_argument(
        "--stop-seconds",
        type=float,
        default=10.0,
        metavar="SECONDS",
        help="how long processes have to end when the agent ends (default: %(default)s)",
    )


def run(args: argparse.Namespace) -> int:
    """Run until SIGINT or SIGTERM; 1 with a sentence on stderr when it cannot."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    options = agent.Options(
        args.kubeconfig,
        tuple(args.namespaces),
        args.data,
        args.name,
        restarts.Backoff(first=args.restart_backoff),
        args.stop_seconds,
    )
    try:
        asyncio.run(_serve(options, args.router_port))
    except (errors.KubeError, leftovers.DataInUseError, OSError) as error:
        print(f"pocket-openshift node: {error}", file=sys.stderr)
        return 1
    return 0


async def _serve(options: agent.Options, router_port: int | None) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    beside = None if router_port is None else functools.partial(router.serving, port=router_port)
    await agent.Agent(options, os.environ, beside).serve(stop, lambda: print("ready", flush=True))
