"""What stands in for Keycloak in a pod: it reads the realm that the template mounts.

    python pod_keycloak.py REALM.json PORT

People register themselves by logging in with a name, as the realm must allow. Plain HTTP behind the
router, as the template has it, but on another port: pods of the node agent share the machine's, and
the hub has 8080.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from aiohttp import web

import openid_provider


class Everybody(dict[str, dict[str, str]]):
    """Accounts that are there as soon as somebody asks for one."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> dict[str, str]:
        return {}


async def serve(file: Path, port: int) -> None:
    """Until it is killed."""
    realm = json.loads(file.read_text())
    assert realm["registrationAllowed"]
    assert realm["enabled"]
    (client,) = realm["clients"]
    assert os.environ["KC_DB_PASSWORD"]
    made = openid_provider.Realm(file, client["clientId"], client["secret"], Everybody())
    made.redirects = tuple(client["redirectUris"])
    pages = web.Application()
    openid_provider.add_routes(pages, made)
    health = web.Application()
    health.router.add_get("/health/{kind}", _answer)
    for app, number in ((pages, port), (health, 9000)):
        runner = web.AppRunner(app, shutdown_timeout=0.01)
        await runner.setup()
        await web.TCPSite(runner, "0.0.0.0", number).start()
    await asyncio.Event().wait()


async def _answer(_: web.Request) -> web.Response:
    return web.Response(text="UP")


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
