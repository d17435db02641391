"""The two ways out: a webhook's receiver, and a file of JSON lines.

The only module here that opens a connection. It follows no redirect, reads no answer, waits for
none for long, and connects to no address of this machine or of a cloud's metadata.
"""

from __future__ import annotations

import asyncio
import logging
import logging.handlers
import os
import socket
import sys
import time
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path
from typing import Protocol

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from workshop_culler.events.queue import QueuedEvent
from workshop_culler.events.rules import cloud_events, deliveries, destinations
from workshop_culler.events.rules.deliveries import Attempt
from workshop_culler.events.rules.destinations import Destination

SECONDS = 15.0
LOG_BYTES, LOG_FILES = 10 * 1024 * 1024, 3


class Receiver(Protocol):
    """What takes events, one at a time."""

    name: str

    def is_for(self, type_: str) -> bool:
        """Whether it takes events of this type."""

    async def deliver(self, event: QueuedEvent) -> Attempt:
        """Try once; what came of it. Raises nothing."""

    async def close(self) -> None:
        """Let go of what it holds."""


class GuardedResolver(AbstractResolver):
    """Finds the addresses of a name, and leaves out those that are not to be reached.

    It is asked for the address that is then connected to: a name that means another one a moment
    later is no way round.
    """

    def __init__(self) -> None:
        self._plain = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses that may be reached; raises OSError where there is none."""
        found = await self._plain.resolve(host, port, family)
        allowed = [each for each in found if not destinations.is_refused_address(each["host"])]
        if not allowed:
            raise OSError("the name leads to this machine or a cloud's metadata (allow_local)")
        return allowed

    async def close(self) -> None:
        """Nothing is held."""
        await self._plain.close()


class Webhook:
    """A receiver of webhooks, in its own client."""

    def __init__(
        self,
        destination: Destination,
        clock: Callable[[], float] = time.time,
        seconds: float = SECONDS,
    ) -> None:
        self.name = destination.name
        self.is_for = destination.is_for
        self._destination, self._clock = destination, clock
        # No connection is used twice: what a receiver sends after its answer is never read.
        connector = aiohttp.TCPConnector(
            resolver=None if destination.allow_local else GuardedResolver(),
            force_close=True,
            limit=1,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=seconds),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "workshop-culler"},
        )

    async def deliver(self, event: QueuedEvent) -> Attempt:
        """Send it, signed at each try, as the time is signed too."""
        try:
            keys = await asyncio.to_thread(read_secrets, Path(self._destination.secret_file))
            headers = cloud_events.make_headers(event.id, int(self._clock()), event.body, keys)
            async with self._session.post(
                self._destination.url,
                data=event.body.encode(),
                headers=headers,
                allow_redirects=False,
            ) as answer:
                after = deliveries.parse_retry_after(answer.headers.get("Retry-After", ""))
                trouble = f"it answered {answer.status}"
                return Attempt(answer.status, trouble, after)
        except TimeoutError:
            return Attempt(0, "no answer in time")
        except cloud_events.BadSecretError as error:
            return Attempt(0, f"its secret_file: {error}")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # The texts of errors may have the address in them, which may be a secret.
            cause = getattr(error, "os_error", error)
            why = getattr(cause, "strerror", None) or type(error).__name__
            return Attempt(0, f"no connection ({why})")

    async def close(self) -> None:
        """Close the client."""
        await self._session.close()


def read_secrets(path: Path) -> tuple[bytes, ...]:
    """The keys of a file; raises BadSecretError or OSError."""
    with path.open(encoding="utf-8", errors="replace") as file:
        return cloud_events.parse_secrets(file.read(4096))


class PrivateFile(logging.handlers.RotatingFileHandler):
    """A file for its owner only, rotated when it is large; what cannot be written is raised."""

    def __init__(self, path: str) -> None:
        super().__init__(
            path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8", delay=True
        )

    def _open(self) -> TextIOWrapper:
        file = super()._open()
        os.fchmod(file.fileno(), 0o600)
        return file

    def handleError(self, record: logging.LogRecord) -> None:
        """Raise it: the line is tried again."""
        raise


class EventLog:
    """A file of JSON lines; "-" is standard output."""

    name = destinations.LOG

    def __init__(self, path: str) -> None:
        self._handler = logging.StreamHandler(sys.stdout) if path == "-" else PrivateFile(path)

    def is_for(self, type_: str) -> bool:
        """It takes all."""
        return bool(type_)

    async def deliver(self, event: QueuedEvent) -> Attempt:
        """Append the line."""
        record = logging.makeLogRecord({"msg": event.body})
        try:
            await asyncio.to_thread(self._handler.handle, record)
        except OSError as error:
            return Attempt(0, f"it cannot be written ({error.strerror or type(error).__name__})")
        return Attempt(200)

    async def close(self) -> None:
        """Close the file; standard output is not ours."""
        self._handler.close()
