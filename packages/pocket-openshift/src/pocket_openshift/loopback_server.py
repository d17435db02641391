"""A web server on ports of this machine alone, which ends with all that it was doing."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from typing import TypedDict, Unpack

from aiohttp import http_exceptions, web
from aiohttp.typedefs import Handler

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
HANG_UP_SECONDS = 0.1
BACKLOG = 512


def is_ours(record: logging.LogRecord) -> bool:
    """Whether a line of the log is worth it: not of what clients send that is no HTTP."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, http_exceptions.HttpProcessingError)


log.addFilter(is_ours)


class Limits(TypedDict, total=False):
    """Options of aiohttp's servers: sizes in bytes, times in seconds."""

    auto_decompress: bool
    keepalive_timeout: float
    max_field_size: int
    max_line_size: int


class LoopbackServer:
    """Serves an application. A request whose client has left is cancelled."""

    def __init__(self, app: web.Application, **limits: Unpack[Limits]) -> None:
        self._tasks: set[asyncio.Task[object] | None] = set()
        self._held: list[socket.socket] = []
        app.middlewares.insert(0, self._track)
        self._runner = web.AppRunner(
            app,
            access_log=None,
            handler_cancellation=True,
            logger=log,
            shutdown_timeout=HANG_UP_SECONDS,
            **limits,
        )

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._runner.server.connections) if self._runner.server else 0

    async def listen(self, port: int = 0, tls: ssl.SSLContext | None = None) -> int:
        """Listen on a port of loopback, 0 for a free one; which one it is."""
        held = socket.create_server((HOST, port))
        await self.serve(held, tls)
        return int(held.getsockname()[1])

    async def serve(self, held: socket.socket, tls: ssl.SSLContext | None = None) -> None:
        """Answer on a socket that listens."""
        if self._runner.server is None:
            await self._runner.setup()
        site = web.SockSite(self._runner, held, ssl_context=tls, backlog=BACKLOG)
        await site.start()
        self._held.append(held)

    async def close(self) -> None:
        """Stop listening and cut what is open."""
        await self._stop_listening()
        connections = self._runner.server.connections if self._runner.server else []
        for connection in connections:
            if connection.transport is not None:
                connection.transport.abort()  # to close TLS would need the client's word
        tasks = list(filter(None, self._tasks))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._runner.cleanup()

    async def _stop_listening(self) -> None:
        """Before all else: who is cut may come back at once, and would be cut by nobody."""
        for held in self._held:
            asyncio.get_running_loop().remove_reader(held)
        # asyncio leaves a connection open for good that it has accepted, but not yet taken up when
        # its server is closed (`Server._attach` fails, and nobody closes the socket).
        await asyncio.sleep(0)
        for site in list(self._runner.sites):
            await site.stop()
        self._held.clear()

    @web.middleware
    async def _track(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        task = asyncio.current_task()
        self._tasks.add(task)
        try:
            return await handler(request)
        finally:
            self._tasks.discard(task)
