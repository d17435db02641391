"""The two websockets of a terminal page, `ws/session/<name>` and `ctl/session/<name>`.

The protocol is that of Butterfly's client: raw text both ways on the first; on the second, in JSON,
`open` and `size`, and messages of our own that its client ignores. Every socket passes the gate,
shows that our own page opens it (Origin and ticket), and is asked about again while it lives,
before and apart from any session being touched.
"""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from typing import Any, TypeVar

from tornado import web, websocket

from jupyterhub_butterfly import auth, error_pages
from jupyterhub_butterfly.rules import origins, sizes, tickets
from jupyterhub_butterfly.terminal import ptys, sessions

log = logging.getLogger(__name__)

S = TypeVar("S", bound="GatedSocket")

SUBPROTOCOL = "butterfly"
NAME = r"([A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?)"

# Close codes that our pages understand.
LOGGED_OUT = 4401
REFUSED = 4403
FULL = 4429

# What Butterfly's client sends by itself when it has lost its connection: it would kill what runs.
RECONNECT_INTERRUPT = b"\x03\n"

SEND_BUFFER = 64 * 1024
LARGEST_FRAME = 16 * 1024 * 1024
LARGEST_CONTROL = 4096
# A little below the shortest time-out of common proxies (30 s). The frames are ours to the browser
# and want no answer: an answering frame (a pong, too) counts as activity with the hub's proxy.
KEEP_ALIVE = 20.0


class Sockets:
    """All open sockets of this server: to be kept alive, asked about, and closed by login."""

    def __init__(self, recheck_seconds: float) -> None:
        self.recheck_seconds = recheck_seconds
        self._open: set[GatedSocket] = set()

    def add(self, one: GatedSocket) -> None:
        """Take care of an opened socket."""
        self._open.add(one)

    def discard(self, one: GatedSocket) -> None:
        """Forget a closed one."""
        self._open.discard(one)

    def __len__(self) -> int:
        return len(self._open)

    def of_page(self, page: str, kind: type[S]) -> list[S]:
        """List the open sockets of one page that are of one kind."""
        return [one for one in self._open if isinstance(one, kind) and one.page == page]

    def tell_person(self, message: dict[str, Any]) -> None:
        """Send a message to all pages of the person whose session this is."""
        for one in list(self._open):
            if isinstance(one, ControlSocket) and one.is_person:
                one.send(message)

    def close_login(self, binding: str) -> None:
        """Close what one login has opened: it has logged out."""
        for one in list(self._open):
            if one.visitor.binding == binding:
                one.close(LOGGED_OUT, "logged out")

    def close_all(self, code: int, reason: str) -> None:
        """Close all: the server ends."""
        for one in list(self._open):
            one.close(code, reason)

    def keep_alive(self) -> None:
        """Send each browser a frame that it ignores."""
        for one in list(self._open):
            one.send_keep_alive()

    async def recheck(self, now: float) -> None:
        """Ask the gate about each socket whose time has come; close those it no longer admits."""
        for one in list(self._open):
            if now - one.checked_at < self.recheck_seconds:
                continue
            one.checked_at = now
            try:
                valid = await one.gate.still_valid(one)
            except auth.UnansweredError:
                log.warning("Could not check a socket's login again; it stays until that works")
                continue
            if not valid:
                log.info("A login has ended; its socket is closed")
                one.close(LOGGED_OUT, "logged out")


class GatedSocket(error_pages.LogsNoQuery, websocket.WebSocketHandler):
    """A websocket that only our own page in the hands of an admitted visitor can open."""

    visitor: auth.Visitor
    page = ""
    checked_at = 0.0

    @property
    def gate(self) -> auth.Gate:
        """The way in that this server is configured with."""
        return self.settings["gate"]

    @property
    def sessions(self) -> sessions.Sessions:
        """All terminal sessions."""
        return self.settings["sessions"]

    async def prepare(self) -> None:
        """Refuse before the handshake what may not pass."""
        try:
            visitor = await self.gate.admit(self)
        except auth.RefusedError as refusal:
            raise web.HTTPError(403, str(refusal)) from refusal
        except auth.UnansweredError as trouble:
            raise web.HTTPError(503, str(trouble)) from trouble
        if visitor is None:
            raise web.HTTPError(403, "not logged in")
        self.visitor = visitor
        if not visitor.by_token:
            self._check_page()

    def _check_page(self) -> None:
        """Cookies are sent with foreign pages' sockets, too: those are refused here."""
        allowed = self.settings.get("allowed_origins", ())
        if not origins.is_own_origin(
            self.request.headers.get("Origin"), self.request.host, allowed
        ):
            raise web.HTTPError(403, "a socket must be opened by the terminal's own page")
        ticket = tickets.find_offer(self.offers, tickets.OFFER)
        if not tickets.is_ticket(ticket, self.settings["secret"], self.visitor.binding):
            raise web.HTTPError(403, "the socket's ticket is missing or of another login")

    def check_origin(self, origin: str) -> bool:
        """Origins are checked in `prepare`, also missing ones, of which tornado does not ask."""
        return True

    @property
    def offers(self) -> list[str]:
        """The subprotocols that the client offers."""
        header = self.request.headers.get("Sec-WebSocket-Protocol", "")
        return [offer.strip() for offer in header.split(",") if offer.strip()]

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """Select the one real protocol; the other offers are parameters that stay out of URLs."""
        return SUBPROTOCOL if SUBPROTOCOL in subprotocols else None

    def get_compression_options(self) -> None:
        """No compression: it costs more time than it saves on a terminal."""
        return None

    def open(self, name: str) -> None:
        """Greet an opened socket."""
        self.name = name
        self.page = tickets.find_offer(self.offers, "page.") or f"{id(self):x}"
        self.checked_at = asyncio.get_running_loop().time()
        self._limit_kernel_buffer()
        self.set_nodelay(True)
        self.settings["sockets"].add(self)
        try:
            self.session = self.sessions.get_or_create(name)
        except sessions.SessionLimitError as limit:
            self.close(FULL, str(limit)[:120])
            return
        self.opened()

    def opened(self) -> None:
        """What a kind of socket does when it is open."""

    def on_close(self) -> None:
        """Forget the closed socket."""
        self.settings["sockets"].discard(self)
        if getattr(self, "session", None) is not None:
            self.closed()
            self.sessions.release(self.session)

    def closed(self) -> None:
        """What a kind of socket does when it has closed."""

    def send_keep_alive(self) -> None:
        """Send a frame that the client ignores."""

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """A browser that goes while we write is no error."""
        if not isinstance(value, websocket.WebSocketClosedError):
            super().log_exception(typ, value, tb)

    def _limit_kernel_buffer(self) -> None:
        # What waits in the kernel is beyond recall, and delays what Ctrl-C brings.
        stream = self.ws_connection.stream if self.ws_connection else None
        if stream is not None and stream.socket is not None:
            stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)

    def _write(self, data: bytes | str) -> asyncio.Future[None] | None:
        try:
            return self.write_message(data)  # bytes go out as text: they are valid UTF-8
        except websocket.WebSocketClosedError:
            return None


class ShellSocket(GatedSocket):
    """What the program puts out, and what the person types."""

    _first = True

    def opened(self) -> None:
        """Show what the page has not seen."""
        self.session.attach(self, self._received())

    def _received(self) -> int | None:
        given = tickets.find_offer(self.offers, "have.")
        return int(given) if given is not None and given.isdecimal() and len(given) < 19 else None

    def on_message(self, message: str | bytes) -> None:
        """Pass on what was typed."""
        if isinstance(message, bytes):
            self.close(1003, "text only")
            return
        data = message.encode("utf-8", "replace")
        first, self._first = self._first, False
        if not data or (first and data == RECONNECT_INTERRUPT):
            return
        try:
            self.session.write(self.page, data)
        except ptys.InputFullError:
            self.send_control({"cmd": "notice", "text": "Too much input is waiting; not sent."})

    def closed(self) -> None:
        """The shell goes on."""
        self.session.detach(self)

    def send_output(self, data: bytes) -> asyncio.Future[None] | None:
        """Send output; see `sessions.Viewer`."""
        return self._write(data)

    def send_control(self, message: dict[str, Any]) -> None:
        """Send through the page's control socket."""
        for one in self.settings["sockets"].of_page(self.page, ControlSocket):
            one.send(message)

    def end(self, code: int, reason: str) -> None:
        """Close the connection."""
        self.close(code, reason)

    def send_keep_alive(self) -> None:
        """An empty text: it shows nothing."""
        self._write("")


class ControlSocket(GatedSocket):
    """What is told beside the output: opening, sizes, pauses, notices, guests."""

    @property
    def is_person(self) -> bool:
        """Whether it is a page of the person whose session this is, in a browser of theirs."""
        hub = self.settings["hub"]
        return bool(hub and self.visitor.name == hub.user) and not self.visitor.by_token

    def opened(self) -> None:
        """Tell of a guest who is there, or asks to be."""
        view = self.settings["joint"].view
        if view is not None and self.is_person:
            self.send(view)

    def on_message(self, message: str | bytes) -> None:
        """Do what a well-formed message asks; close on anything else."""
        if len(message) > LARGEST_CONTROL or isinstance(message, bytes):
            self.close(1003, "short JSON text only")
            return
        if not message:
            return
        try:
            document = json.loads(message)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            self.close(1007, "not a JSON object")
            return
        self._obey(document)

    def _obey(self, message: dict[str, Any]) -> None:
        match message.get("cmd"):
            case "open":
                self._resize(message)
                self._open_shell()
            case "size":
                self._resize(message)
            case "pause" | "resume":
                self._pause(message["cmd"] == "pause")
            case "join" if self.is_person:
                self.settings["joint"].answer(message)
            case unknown:
                log.debug("Ignored a control message: %.40r", unknown)

    def _open_shell(self) -> None:
        try:
            self.session.open()
        except OSError as error:
            log.error("Cannot start the shell: %s", error)
            self.send({"cmd": "notice", "text": f"The shell cannot be started: {error}"})

    def _resize(self, message: dict[str, Any]) -> None:
        size = sizes.make_size(message.get("cols"), message.get("rows"))
        if size is not None:
            self.session.resize(self.page, size)

    def _pause(self, paused: bool) -> None:
        for one in self.settings["sockets"].of_page(self.page, ShellSocket):
            self.session.pause(one, paused)

    def closed(self) -> None:
        """The page's size counts no longer; another page of the person shows a guest instead."""
        self.session.leave(self.page)
        view = self.settings["joint"].view
        if view is not None:
            self.settings["sockets"].tell_person(view)

    def send(self, message: dict[str, Any]) -> None:
        """Send a message; a closed socket swallows it."""
        self._write(json.dumps(message))

    def send_keep_alive(self) -> None:
        """A message that Butterfly's client ignores."""
        self.send({"cmd": "keepalive"})
