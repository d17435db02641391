"""`pocket-openshift router`: its options and its end."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from pathlib import Path

from pocket_openshift.loopback_server import HOST
from pocket_openshift.router import router
from workshop_kube import errors
from workshop_kube.client import Cluster, load_kubeconfig


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the verb."""
    parser.add_argument(
        "--kubeconfig", type=Path, required=True, metavar="FILE", help="the API server to follow"
    )
    parser.add_argument(
        "--port", type=int, default=8080, help="loopback port for HTTP; 0 picks a free one"
    )
    parser.add_argument(
        "--tls-port", type=int, metavar="PORT", help="loopback port for HTTPS (default: none)"
    )
    parser.add_argument(
        "--ca-file",
        type=Path,
        metavar="FILE",
        help="write the certificate of HTTPS's authority here",
    )


def run(args: argparse.Namespace) -> int:
    """Forward until SIGINT or SIGTERM; 1 with a sentence on stderr when it cannot."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    try:
        asyncio.run(_serve(args))
    except (errors.KubeError, OSError) as error:
        print(f"pocket-openshift router: {error}", file=sys.stderr)
        return 1
    return 0


async def _serve(args: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with (
        Cluster(await load_kubeconfig(args.kubeconfig)) as api,
        router.serving(api, port=args.port, tls_port=args.tls_port) as served,
    ):
        if args.ca_file:
            args.ca_file.write_text(served.ca_pem)
        secure = f" https://{HOST}:{served.tls_port}" if served.tls_port else ""
        print(f"ready http://{HOST}:{served.port}{secure}", flush=True)
        await stop.wait()
