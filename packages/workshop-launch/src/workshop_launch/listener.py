"""Wait on the port: answer who asks, refuse who may not, and take one hand-over.

One thread and one selector, so that nobody who is slow keeps the hub from handing over. Connections
are few and short: the oldest goes when one too many comes, each after some seconds.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from workshop_launch.rules import requests

MOST_CONNECTIONS = 16
# Seconds for a whole request, and for the hub to read that it was heard.
REQUEST_SECONDS = 5.0
GOODBYE_SECONDS = 0.5
_PIECE = 64 * 1024
WAITING = "waiting for its user"

Decide = Callable[[bytes], "Mapping[str, str] | str"]
Log = Callable[[str], None]


@dataclass
class _Connection:
    """Somebody who speaks to us: what was read, and until when the rest may come."""

    socket: socket.socket
    ends: float
    read: bytearray = field(default_factory=bytearray)
    answered: bool = False


class Listener:
    """The open port, until a hand-over is accepted, or for good when it is closed.

    `decide` gives the environment of a message, or the reason why it is refused.
    """

    def __init__(
        self, server: socket.socket, decide: Decide, clock: Callable[[], float], log: Log
    ) -> None:
        server.setblocking(False)
        self._server = server
        self._decide = decide
        self._clock = clock
        self._log = log
        self._selector = selectors.DefaultSelector()
        self._selector.register(server, selectors.EVENT_READ)
        self._open: list[_Connection] = []

    def wait(self, seconds: float = 0) -> Mapping[str, str] | None:
        """The environment of the one hand-over; None where none came in so many seconds (0: ever).

        The port is free when it comes back, and every connection closed.
        """
        until = self._clock() + seconds if seconds else None
        try:
            while until is None or self._clock() < until:
                for key, _ in self._selector.select(self._find_pause(until)):
                    if key.fileobj is self._server:
                        self._accept()
                    elif (told := self._hear(key.data)) is not None:
                        return told
                self._close_late()
            return None
        finally:
            self.close()

    def close(self) -> None:
        """Close the port and every connection; once is enough."""
        for connection in list(self._open):
            self._drop(connection)
        self._close_port()
        self._selector.close()

    def _close_port(self) -> None:
        if self._server.fileno() >= 0:
            self._selector.unregister(self._server)
            self._server.close()

    def _find_pause(self, until: float | None) -> float | None:
        ends = [one.ends for one in self._open] + ([until] if until is not None else [])
        return max(0.0, min(ends) - self._clock()) if ends else None

    def _accept(self) -> None:
        try:
            accepted, _ = self._server.accept()
        except OSError:
            return  # who came has gone, or no file is left: the next turn sees
        accepted.setblocking(False)
        if len(self._open) >= MOST_CONNECTIONS:
            self._drop(self._open[0])
        connection = _Connection(accepted, self._clock() + REQUEST_SECONDS)
        self._open.append(connection)
        self._selector.register(accepted, selectors.EVENT_READ, connection)

    def _close_late(self) -> None:
        for connection in [one for one in self._open if one.ends <= self._clock()]:
            if not connection.answered:
                self._log("refused a request: it took too long")
            self._drop(connection)

    def _drop(self, connection: _Connection) -> None:
        self._open.remove(connection)
        self._selector.unregister(connection.socket)
        connection.socket.close()

    def _hear(self, connection: _Connection) -> Mapping[str, str] | None:
        """Read on; the environment where this was the hand-over."""
        if connection not in self._open:
            return None  # dropped in this very turn, for a newer one
        try:
            piece = connection.socket.recv(_PIECE)
        except BlockingIOError:
            return None
        except OSError:
            piece = b""
        if not piece:
            self._drop(connection)
            return None
        if connection.answered:
            return None  # the rest of what was refused, read for the answer to arrive
        connection.read += piece
        return self._act_on(connection, requests.parse_request(bytes(connection.read)))

    def _act_on(
        self, connection: _Connection, request: requests.Request | requests.Refusal | None
    ) -> Mapping[str, str] | None:
        if request is None:
            return None
        if isinstance(request, requests.Refusal):
            self._refuse(connection, request.status, request.reason)
        elif request.body is None:
            self._answer(connection, requests.render_answer(200, WAITING))
        else:
            told = self._decide(request.body)
            if not isinstance(told, str):
                self._say_goodbye(connection)
                return told
            self._refuse(connection, 403, told)
        return None

    def _refuse(self, connection: _Connection, status: int, reason: str) -> None:
        self._log(f"refused a request: {reason}")
        self._answer(connection, requests.render_answer(status, reason))

    def _answer(self, connection: _Connection, answer: bytes) -> None:
        connection.answered = True
        connection.read.clear()
        with contextlib.suppress(OSError):
            connection.socket.send(answer)
            connection.socket.shutdown(socket.SHUT_WR)

    def _say_goodbye(self, connection: _Connection) -> None:
        """Free the port, then say that the hand-over was heard.

        In this order whoever reads the answer never reaches this program again. The other side
        closes first, so that the port does not have to wait (TIME_WAIT).
        """
        self._close_port()
        for other in [one for one in self._open if one is not connection]:
            self._drop(other)
        connection.socket.settimeout(GOODBYE_SECONDS)
        with contextlib.suppress(OSError):
            connection.socket.sendall(requests.render_answer(204))
            connection.socket.shutdown(socket.SHUT_WR)
            connection.socket.recv(1)
