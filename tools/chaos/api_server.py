"""The API server of a chaos run: pocket-openshift with a script of faults that we write to it.

As `pocket-openshift serve --data DIR --verbose`, so that it may be killed and comes back with its
data; beside that it reads from its standard input, a JSON object a line:

    {"add": "name", "fault": {"verb": "create", "resource": "pods", "status": 429, "times": null}}
    {"remove": "name"}
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import signal
import sys
from pathlib import Path

from pocket_openshift import kubeconfigs, server
from pocket_openshift.core import faults
from pocket_openshift.oauth import app as oauth_app
from pocket_openshift.oauth.rules import identity_provider


class Script:
    """The faults by the names under which they were added."""

    def __init__(self, of_server: faults.Faults) -> None:
        self._faults = of_server
        self._named: dict[str, list[faults.Fault]] = {}

    def obey(self, line: bytes) -> None:
        """Add or remove what a line says."""
        said = json.loads(line)
        if "add" in said:
            self._named.setdefault(said["add"], []).append(self._faults.add(**said["fault"]))
        for fault in self._named.pop(said.get("remove", ""), []):
            fault.times = fault.seen  # it has happened as often as it may


def parse_arguments(argv: list[str]) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--oauth-port", type=int, required=True)
    parser.add_argument("--kubeconfig", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--user", action="append", default=[])
    return parser.parse_args(argv)


async def serve(args: argparse.Namespace) -> None:
    """Serve until SIGTERM, or until nobody writes to us any more."""
    running = server.Server(
        server.ListenAddress("127.0.0.1", args.port, args.oauth_port), args.data
    )
    await running.start()
    try:
        plane = running.plane
        for person in map(identity_provider.parse_person, args.user):
            oauth_app.server_of(plane).add(person)
        told = (plane.settings.url, plane.settings.ca_pem, plane.authentication.admin_token)
        kubeconfigs.write(args.kubeconfig, kubeconfigs.make_kubeconfig(*told))
        print(f"ready {plane.settings.url} oauth {plane.settings.oauth_url}", flush=True)
        await follow(Script(plane.faults))
    finally:
        await running.stop()


async def follow(script: Script) -> None:
    """Do what we are told, line by line."""
    loop, lines = asyncio.get_running_loop(), asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    loop.add_signal_handler(signal.SIGTERM, lines.feed_eof)
    while line := await lines.readline():
        script.obey(line)


if __name__ == "__main__":
    logging.basicConfig(
        level=logging.DEBUG, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    asyncio.run(serve(parse_arguments(sys.argv[1:])))
