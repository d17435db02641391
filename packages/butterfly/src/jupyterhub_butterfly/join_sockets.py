"""A guest's page and socket: without a login here, let in by a secret of the instructors' service.

The page runs in a frame without an origin on the service's own page, so that nothing which a
session's person has put here acts with the guest's rights at the hub. It knows nothing; what it
shows comes over the socket, once the person has consented. The socket of a stranger is closed.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import secrets
from typing import Any

from tornado import web, websocket

from jupyterhub_butterfly import __version__, base_handlers, clients, error_pages, rendering
from jupyterhub_butterfly.hub import join_client
from jupyterhub_butterfly.rules import history, joining, tickets
from jupyterhub_butterfly.rules.joining import Deed, Join, State
from jupyterhub_butterfly.sockets import FULL, KEEP_ALIVE, REFUSED
from jupyterhub_butterfly.terminal import joint, ptys, sessions

log = logging.getLogger(__name__)

OFFER = "secret."
SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
LARGEST_MESSAGE = 32 * 1024
# Sockets of which it is not known yet whose they are.
MOST_UNKNOWN = 4
# Sent to the guest and not taken yet; beyond it output is left out, and shown at once later.
BACKLOG = 256 * 1024


class JoinPage(error_pages.LogsNoQuery, web.RequestHandler):
    """`<prefix>terminal/join`: the guest's page; open, as it holds nothing."""

    def set_default_headers(self) -> None:
        """Its own scripts only; any page may frame it, as it is nothing without a secret."""
        policy = {**base_handlers.DEFAULT_CSP, "frame-ancestors": "*"}
        self.set_header("Content-Security-Policy", base_handlers.render_csp(policy))
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Cache-Control", "no-store")

    def get(self) -> None:
        """Render it."""
        try:
            clients.check_client("xterm")
        except clients.ClientMissingError as missing:
            raise web.HTTPError(501, str(missing)) from missing
        prefix = self.settings["prefix"]
        page = rendering.render(
            "join.html",
            static=f"{prefix}static/",
            prefix=prefix,
            version=__version__,
            viewport=clients.VIEWPORT,
        )
        self.finish(page)


class JoinSocket(error_pages.LogsNoQuery, websocket.WebSocketHandler):
    """`<prefix>ws/join`: what a guest sees and, with a second consent, types."""

    @property
    def joint(self) -> joint.Joint:
        """Where guests are held."""
        return self.settings["joint"]

    @property
    def sessions(self) -> sessions.Sessions:
        """All terminal sessions."""
        return self.settings["sessions"]

    @property
    def max_message_size(self) -> int:
        """Bytes of a message; a guest sends little."""
        return LARGEST_MESSAGE

    def prepare(self) -> None:
        """Refuse before the handshake what can be nobody."""
        self.page = f"guest-{secrets.token_hex(8)}"
        self.session: sessions.TerminalSession | None = None
        self.backlog = 0
        self.is_behind = False
        self._alive: asyncio.Task[None] | None = None
        offers = self.request.headers.get("Sec-WebSocket-Protocol", "").split(",")
        self.secret = tickets.find_offer([offer.strip() for offer in offers], OFFER) or ""
        if self.settings["join_client"] is None:
            raise web.HTTPError(404, "nobody can join here: there is no service of instructors")
        if not SECRET.fullmatch(self.secret):
            raise web.HTTPError(403, "a guest comes with a secret")
        if self.joint.unknown >= MOST_UNKNOWN:
            raise web.HTTPError(503, "too many guests at once")

    def check_origin(self, origin: str) -> bool:
        """The page has no origin, and the socket no login that a foreign page could use."""
        return True

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """Select the one real protocol; the secret is not repeated."""
        return "butterfly" if "butterfly" in subprotocols else None

    async def open(self) -> None:
        """Learn who it is, and ask the person."""
        client: join_client.JoinClient = self.settings["join_client"]
        self.joint.unknown += 1
        try:
            guest = await client.redeem(self.secret)
            self.secret = ""
            self.joint.ask(self, guest.name, may_type=guest.may_type)
        except join_client.NotKnownError as error:
            self.close(REFUSED, str(error)[:120])
        except joint.BusyError as error:
            self.close(FULL, str(error))
        else:
            self._alive = asyncio.ensure_future(self._stay_alive())
            if self.ws_connection is None or self.ws_connection.is_closing():
                self.joint.act(self, Deed.END)
        finally:
            self.joint.unknown -= 1

    async def _stay_alive(self) -> None:
        while True:
            await asyncio.sleep(KEEP_ALIVE)
            self.send({"cmd": "keepalive"})

    def on_message(self, message: str | bytes) -> None:
        """Do what the guest asks for; close on what makes no sense."""
        try:
            document = json.loads(message) if isinstance(message, str) else None
        except ValueError:
            document = None
        if not isinstance(document, dict):
            self.close(1007, "not a JSON object")
            return
        match document.get("cmd"):
            case "do":
                deed = document.get("do")
                if isinstance(deed, str) and deed in set(Deed):
                    self.joint.act(self, Deed(deed))
            case "select":
                self._select(document.get("session"))
            case "type":
                self._type(document.get("text"))

    def on_close(self) -> None:
        """The guest has gone: it is over."""
        if self._alive is not None:
            self._alive.cancel()
        self._look_away()
        self.joint.act(self, Deed.END)

    # What the guest's page is told

    def changed(self, join: Join) -> None:
        """Show where it stands; see `joint.GuestPage`."""
        self.send(joining.render_view(join))
        if join.state is State.ENDED:
            self._look_away()
            self.close(1000, "ended")
        elif joining.is_shown(join) and self.session is None:
            self._select(None)

    def send(self, message: dict[str, Any]) -> asyncio.Future[None] | None:
        """Send a message; a closed socket swallows it."""
        try:
            return self.write_message(json.dumps(message))
        except websocket.WebSocketClosedError:
            return None

    # The terminal that the guest looks at

    def _select(self, name: object) -> None:
        """Look at a terminal: at that of this name, or at the one that was used last."""
        if not self.joint.may_see(self):
            return
        found = self.sessions.get(name) if isinstance(name, str) else None
        running = [one for one in self.sessions if one.running]
        found = found or max(running, key=lambda one: one.last_used, default=None)
        self._look_away()
        names = sorted(one.name for one in running)
        chosen = found.name if found else ""
        self.send({"cmd": "sessions", "names": names, "session": chosen})
        if found is not None:
            self.session = found
            self.send({"cmd": "size", "cols": found.size.cols, "rows": found.size.rows})
            found.attach(self)

    def _look_away(self) -> None:
        session, self.session = self.session, None
        if session is not None:
            session.detach(self)

    def _type(self, text: object) -> None:
        if not isinstance(text, str) or len(text) > joining.LONGEST_INPUT:
            return
        if self.session is None or not self.joint.may_type(self):
            return
        try:
            self.session.write(self.page, text.encode("utf-8", "replace"))
        except ptys.InputFullError:
            self.send({"cmd": "notice", "text": "Too much input is waiting; not sent."})

    def send_output(self, data: bytes) -> None:
        """Send output; what a slow guest does not take is left out, and holds nobody up."""
        if not self.joint.may_see(self):
            return
        if self.is_behind or self.backlog > BACKLOG:
            self.is_behind = True
            return
        self._send_output(data)

    def _send_output(self, data: bytes) -> None:
        sent = self.send({"cmd": "output", "text": data.decode("utf-8", "replace")})
        if sent is None:
            return
        self.backlog += len(data)
        sent.add_done_callback(lambda done: self._taken(done, len(data)))

    def _taken(self, done: asyncio.Future[None], count: int) -> None:
        if not done.cancelled():
            done.exception()  # a closed socket; `on_close` tells
        self.backlog -= count
        if self.is_behind and not self.backlog and self.session is not None:
            self.is_behind = False
            self._send_output(history.RESET + self.session.history.replay())

    def send_control(self, message: dict[str, Any]) -> None:
        """The terminal's size concerns a guest; notices are for its person."""
        if message.get("cmd") == "size":
            self.send(message)

    def end(self, code: int, reason: str) -> None:
        """The shell has ended; see `sessions.Viewer`. Another may be looked at."""
        self.session = None
        self.send({"cmd": "notice", "text": "This shell has ended."})
        asyncio.get_running_loop().call_soon(self._select, None)
