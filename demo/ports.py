"""Ports that are held until the server that they are for listens on them.

A port that is only looked up ("free a moment ago") may be given to anybody else before its server
starts. A held one is bound, but nobody listens on it: the kernel gives it neither to a bind to port
0 nor to an outgoing connection, and a server that sets SO_REUSEADDR, as Node, tornado, asyncio and
aiohttp do, can listen on it meanwhile, end, and start again.

    with hold_port() as held:
        start_server(port=held.port)
"""

from __future__ import annotations

import contextlib
import socket
from types import TracebackType

LOOPBACK = "127.0.0.1"


class HeldPort:
    """A loopback port of one's own; hold it for as long as its server may start."""

    def __init__(self, number: int = 0) -> None:
        self._held = contextlib.ExitStack()
        try:
            held = self._held.enter_context(socket.socket())
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            held.bind((LOOPBACK, number))
            if number:
                self._claim(number)
        except OSError:
            self._held.close()
            raise
        self.port: int = held.getsockname()[1]

    def close(self) -> None:
        """Give the port back; a server that listens on it is not touched."""
        self._held.close()

    def _claim(self, number: int) -> None:
        # SO_REUSEADDR would let two programs hold one number; of its UDP namesake there is but one.
        claim = self._held.enter_context(socket.socket(type=socket.SOCK_DGRAM))
        claim.bind((LOOPBACK, number))

    def __enter__(self) -> HeldPort:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def hold_port(number: int = 0) -> HeldPort:
    """Hold the port `number`, or any free one; OSError where somebody has it."""
    return HeldPort(number)
