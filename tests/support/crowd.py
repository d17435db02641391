"""A class of hundreds on the instructor's page, without hundreds of servers.

The hub is a small one that speaks the hub's API over HTTP; client, service and page are the
culler's own. Who asks is taken for granted: the login has tests with a real hub.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from jupyterhub.services.auth import HubOAuth
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from workshop_culler.clients import hub
from workshop_culler.config.settings import Settings
from workshop_culler.passes import metrics, sweep
from workshop_culler.rules.limits import Limits
from workshop_culler.rules.models import make_user
from workshop_culler.service import live_sessions, sessions, state_store
from workshop_culler.service import server as service

LOG = logging.getLogger("crowd")
PREFIX = "/services/culler/"
SCOPES = ["access:services!service=culler", "read:servers", "delete:servers", "access:servers"]
HEADERS = {"X-JupyterHub-Version": "6.1.1"}
NAMES = ("Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Margaret", "Ken")


class EverybodyIsGrace(HubOAuth):
    """Takes everybody for grace, an instructor."""

    def get_user(self, handler: Any, *, sync: bool = True) -> Any:
        """Grace, at once or as something to await, as HubAuth does."""
        model = {"name": "grace", "kind": "user", "admin": True, "scopes": SCOPES}

        async def later() -> Any:
            return model

        return model if sync else later()


class Crowd:
    """So many sessions. `models` is what the hub says of each user; `url` is the page."""

    def __init__(self, size: int) -> None:
        self.models = {f"attendee-{n:03}": make_model(n) for n in range(size)}
        self.url = self.trouble = ""

    async def list(self, request: web.Request) -> web.Response:
        """The hub's list of users, page by page."""
        offset, limit = int(request.query.get("offset", 0)), int(request.query["limit"])
        models = list(self.models.values()) if request.query["state"] == "active" else []
        more = {"offset": offset + limit, "limit": limit} if offset + limit < len(models) else None
        page = {"items": models[offset : offset + limit], "_pagination": {"next": more}}
        return web.json_response(page, headers=HEADERS)

    async def find(self, request: web.Request) -> web.Response:
        """One user."""
        model = self.models.get(request.match_info["name"])
        return web.json_response(model or {}, status=200 if model else 404, headers=HEADERS)

    def change(self, name: str, **changes: Any) -> None:
        """Change the server of somebody; the page is told at once."""
        self.models[name]["servers"][""].update(changes)
        self.live.wake()

    def say_page(self, name: str, page: str) -> None:
        """Somebody turns to a page of the notes."""
        model = make_user(self.models[name])
        self.session_service.note_page(next(iter(model.servers or ())), page)
        self.live.wake()

    def open(self, client: hub.Hub, folder: Path) -> None:
        """SessionService and live over a client to the small hub."""
        store = state_store.StateStore(folder / "state.json", LOG)
        rules = Settings(general=Limits(idle=3600, age=4 * 3600))
        work = sweep.Sweep(client, rules, LOG)
        self.session_service = sessions.SessionService(client, work, store, metrics.Metrics(), LOG)
        work.find_extension = self.session_service.find_extension
        self.live = live_sessions.LiveSessions(self.session_service, LOG, seconds=3600, least=0)
        for number, name in enumerate(self.models):
            self.say_page(name, f"{number % 5 + 1} of 5: {TITLES[number % 5]}")


TITLES = ("Welcome", "Deploy an application", "Scale it", "Roll back", "Clean up")


def make_model(number: int) -> dict[str, Any]:
    """What the hub says of one attendee, with a server that has run for some minutes."""
    now, name = datetime.now(UTC), f"attendee-{number:03}"
    server = {
        "name": "",
        "ready": number % 40 != 7,
        "pending": "spawn" if number % 40 == 7 else None,
        "started": (now - timedelta(minutes=number % 50)).isoformat(),
        "last_activity": (now - timedelta(seconds=number)).isoformat(),
        "url": f"/user/{name}/",
    }
    return {
        "name": name,
        "groups": [f"class-{number % 20}"],
        "user_info": {"name": f"{NAMES[number % 8]} {chr(65 + number % 26)}."},
        "last_activity": now.isoformat(),
        "servers": {"": server},
    }


def long_ago() -> str:
    """A start so long ago that the session is near its end by age."""
    return (datetime.now(UTC) - timedelta(minutes=235)).isoformat()


@contextlib.asynccontextmanager
async def gather_crowd(size: int, folder: Path) -> AsyncIterator[Crowd]:
    """The page of a class of this size, served on loopback."""
    crowd = Crowd(size)
    app = web.Application()
    app.router.add_get("/hub/api/users", crowd.list)
    app.router.add_get("/hub/api/users/{name}", crowd.find)
    runner = web.AppRunner(app, shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = hub.HubAddress(f"http://127.0.0.1:{runner.addresses[0][1]}/hub/api", "x", timeout=120)
    async with hub.Hub(address, LOG) as client:
        crowd.open(client, folder)
        auth = EverybodyIsGrace(
            api_token="x", api_url=address.url, base_url=PREFIX, access_scopes=set(SCOPES[:1])
        )
        pages = service.make_app(
            PREFIX, crowd.session_service, auth, crowd.live, lambda: crowd.trouble
        )
        server, (socket,) = HTTPServer(pages), bind_sockets(0, "127.0.0.1")
        server.add_sockets([socket])
        crowd.url = f"http://127.0.0.1:{socket.getsockname()[1]}{PREFIX}"
        try:
            yield crowd
        finally:
            await crowd.live.close()
            server.stop()
            await server.close_all_connections()
            await runner.cleanup()
