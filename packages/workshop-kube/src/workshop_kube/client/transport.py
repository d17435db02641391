"""HTTP, by aiohttp: one pool of connections, bounded in time and size; no redirect is followed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit
from weakref import WeakSet

import aiohttp

from workshop_kube import __version__, errors
from workshop_kube.rules import answers

AGENT = f"workshop-kube/{__version__}"
MOST_BYTES = 64 * 2**20
# A connection that was cut is closed after three rounds of the loop.
MOST_ROUNDS = 20


class Transport:
    """A pool of connections; use as an async context manager, or `close` it."""

    def __init__(self, *, limit: int = 64, most_bytes: int = MOST_BYTES) -> None:
        self._limit, self._most_bytes = limit, most_bytes
        self._session: aiohttp.ClientSession | None = None
        self._sockets: WeakSet[socket.socket] = WeakSet()
        # How many requests were sent.
        self.count = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections. It may be used again afterwards."""
        session, self._session = self._session, None
        if session is None:
            return
        await session.close()
        # aiohttp forgets connections whose request was given up; they wait for a farewell.
        for one in self._find_open():
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for _ in range(MOST_ROUNDS):
            await asyncio.sleep(0)  # the loop tells connections that they were cut
            if not self._find_open():
                return

    def _find_open(self) -> list[socket.socket]:
        return [one for one in self._sockets if one.fileno() != -1]

    def _make_socket(self, address: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, protocol, *_ = address
        made = socket.socket(family, kind, protocol)
        self._sockets.add(made)
        return made

    @property
    def session(self) -> aiohttp.ClientSession:
        """The pool, made when it is first asked for, in the loop that asks."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._limit, socket_factory=self._make_socket)
            # No netrc and no proxies of the environment: a connection says what it wants.
            self._session = aiohttp.ClientSession(
                connector=connector, trust_env=False, read_bufsize=2**20, auto_decompress=True
            )
        return self._session

    async def fetch(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        context: ssl.SSLContext | None = None,
        seconds: float = 10.0,
        **options: Any,
    ) -> answers.Answer:
        """One request to any server. An answer of status 0 when none came.

        CertificateError when the server is not trusted, UnknownError for an answer too large.
        """
        limits = aiohttp.ClientTimeout(total=seconds)
        try:
            async with self.open(
                method, url, headers=headers, body=body, context=context, limits=limits, **options
            ) as response:
                whole = await self._read(response, f"{method} {url}")
                return answers.parse_answer(response.status, response.headers, whole)
        except TimeoutError:
            trouble = f"{urlsplit(url).netloc} did not answer within {seconds:g} seconds"
            return answers.Answer(0, trouble=trouble)
        except (aiohttp.ClientError, OSError) as error:
            return answers.Answer(0, trouble=describe_trouble(error, url))

    @contextlib.asynccontextmanager
    async def open(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None,
        limits: aiohttp.ClientTimeout,
        body: bytes | None = None,
        context: ssl.SSLContext | None = None,
        **options: Any,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """An answer that is still to be read. CertificateError when the server is not trusted."""
        self.count += 1
        try:
            async with self.session.request(
                method,
                url,
                data=body,
                headers={"User-Agent": AGENT, **(headers or {})},
                ssl=True if context is None else context,
                timeout=limits,
                allow_redirects=False,
                **options,
            ) as response:
                yield response
        except aiohttp.ClientConnectorCertificateError as error:
            reason = getattr(error.certificate_error, "verify_message", "") or str(error)
            host = urlsplit(url).netloc
            message = f"the certificate of {host} is not trusted: {reason}"
            raise errors.CertificateError(f"{method} {url}", message) from error

    async def _read(self, response: aiohttp.ClientResponse, what: str) -> bytes:
        parts, size = [], 0
        async for part in response.content.iter_any():
            parts.append(part)
            size += len(part)
            if size > self._most_bytes:
                response.close()
                message = f"an answer of more than {self._most_bytes} bytes"
                raise errors.UnknownError(what, message, status=response.status)
        return b"".join(parts)


def describe_trouble(error: aiohttp.ClientError | OSError, url: str) -> str:
    """Why no answer came, for people: which host, and in what way."""
    host = urlsplit(url).netloc
    if isinstance(error, aiohttp.ClientConnectorError):
        cause = error.os_error
        reason = os.strerror(cause.errno) if cause.errno else cause.strerror
        return f"no connection to {host}: {reason or str(cause) or type(cause).__name__}"
    return f"no answer from {host}: {str(error) or type(error).__name__}"


async def iterate_chunks(response: aiohttp.ClientResponse) -> AsyncGenerator[bytes, None]:
    """What comes of an answer without an end; in the end it is cut off.

    Without TLS's farewell, for which nobody would wait.
    """
    try:
        async for chunk in response.content.iter_any():
            yield chunk
    finally:
        connection = response.connection
        if connection is not None and connection.transport is not None:
            connection.transport.abort()
