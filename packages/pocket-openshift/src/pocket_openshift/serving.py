"""`pocket-openshift serve`: the server in the foreground, until a signal."""

from __future__ import annotations

import argparse
import asyncio
import errno
import ipaddress
import logging
import signal
import sqlite3
import sys
from asyncio import sslproto
from pathlib import Path

from pocket_openshift import kubeconfigs, server
from pocket_openshift.oauth import app as oauth_app
from pocket_openshift.oauth.rules import identity_provider

_PURPOSE = (
    "pocket-openshift: an OpenShift-like API for demos, tests and plugin authors, with pods as "
    "local processes.\n"
    "It is not made for production: anyone who holds a token that may create pods runs programs "
    "as you."
)
_REFUSED = (
    "refusing to listen on {host}: whoever reaches it and may create a pod runs programs as you\n"
    "on this machine. If that is what you want, give --allow-anyone-to-run-programs-as-me;\n"
    "otherwise listen on 127.0.0.1."
)


# What asyncio allots each connection over TLS for as long as it is open; 256 KiB if left alone.
TLS_BUFFER_BYTES = 16 * 1024


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port < 65536:
        raise argparse.ArgumentTypeError(f"{text} is no port: it is a number up to 65535")
    return port


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `serve`."""
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default %(default)s)"
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=6443,
        help="port of the API; 0 picks a free one (default %(default)s)",
    )
    parser.add_argument(
        "--oauth-port",
        type=_port,
        default=6446,
        help="port of the OAuth server (default %(default)s)",
    )
    parser.add_argument("--kubeconfig", type=Path, help="write an admin's kubeconfig here")
    parser.add_argument(
        "--data", type=Path, help="keep the state in this folder (default: in memory)"
    )
    parser.add_argument(
        "--user",
        action="append",
        default=[],
        metavar="NAME:PASSWORD[:GROUP,...]",
        help="a user who may log in; may be given often",
    )
    parser.add_argument(
        "--users", type=Path, metavar="FILE", help="users, one NAME:PASSWORD[:GROUP,...] a line"
    )
    parser.add_argument("--verbose", action="store_true", help="log every request")
    parser.add_argument(
        "--allow-anyone-to-run-programs-as-me", action="store_true", help=argparse.SUPPRESS
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _users(args: argparse.Namespace) -> list[identity_provider.LoginUser]:
    """Those of the file, then those of the command line, who win."""
    listed = identity_provider.parse_people(args.users.read_text()) if args.users else []
    return listed + [identity_provider.parse_person(text) for text in args.user]


def run(args: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM; 2 when an option cannot be."""
    logging.basicConfig(
        level=logging.DEBUG if args.verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    if not is_loopback(args.host) and not args.allow_anyone_to_run_programs_as_me:
        print(_REFUSED.format(host=args.host), file=sys.stderr)
        return 2
    try:
        users = _users(args)
    except (ValueError, OSError) as error:
        print(f"users: {error}", file=sys.stderr)
        return 2
    print(_PURPOSE, file=sys.stderr)
    sslproto.SSLProtocol.max_size = TLS_BUFFER_BYTES
    try:
        asyncio.run(_serve(args, users))
    except KeyboardInterrupt:
        return 0
    except (OSError, sqlite3.Error) as error:
        print(explain(error, args.data), file=sys.stderr)
        return 2
    return 0


def explain(error: OSError | sqlite3.Error, data: Path | None) -> str:
    """Why the cluster did not start, and what to do about it."""
    if isinstance(error, sqlite3.Error):
        if "locked" in str(error):
            return f"another pocket-openshift keeps its state in {data}: end it, or name a folder"
        return f"the state in {data} cannot be used: {error}"
    if error.errno == errno.EADDRINUSE:
        return f"{error.strerror}: give --port 0 and --oauth-port 0 to have free ones"
    return f"pocket-openshift cannot start: {error}"


async def _serve(args: argparse.Namespace, users: list[identity_provider.LoginUser]) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    place = server.ListenAddress(args.host, args.port, args.oauth_port)
    running = server.Server(place, args.data)
    await running.start()
    try:
        await _served(running, args, users, stop)
    finally:
        await running.stop()


async def _served(
    running: server.Server,
    args: argparse.Namespace,
    users: list[identity_provider.LoginUser],
    stop: asyncio.Event,
) -> None:
    for person in users:
        oauth_app.server_of(running.plane).add(person)
    settings = running.plane.settings
    if args.kubeconfig:
        token = running.plane.authentication.admin_token
        config = kubeconfigs.make_kubeconfig(settings.url, settings.ca_pem, token)
        kubeconfigs.write(args.kubeconfig, config)
    print(f"ready {settings.url} oauth {settings.oauth_url}", flush=True)
    await stop.wait()
