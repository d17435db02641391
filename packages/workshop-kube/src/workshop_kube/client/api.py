"""Requests to one API server, as one account, sent again while it is busy or silent."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import json
import logging
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self

import aiohttp

from workshop_kube.client import transport
from workshop_kube.client.connections import Connection
from workshop_kube.rules import answers, retries
from workshop_kube.rules.calls import Call

Sleep = Callable[[float], Awaitable[Any]]


class Api:
    """Sends calls by a transport. `date` is the server's clock at its last answer."""

    def __init__(
        self,
        connection: Connection,
        pool: transport.Transport,
        *,
        patience: retries.Patience | None = None,
        log: Any = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.connection, self.pool = connection, pool
        self.patience = patience or retries.Patience()
        self.log = log or logging.getLogger(__name__)
        self.date: datetime | None = None
        self._clock, self.pause = clock, sleep

    def as_owner_of(self, token: str) -> Self:
        """The same server and pool, asked as somebody else ("" for nobody)."""
        other = copy.copy(self)
        other.connection = self.connection.with_token(token)
        return other

    def with_patience(self, patience: retries.Patience) -> Self:
        """The same server and pool, asked for longer or for less long."""
        other = copy.copy(self)
        other.patience = patience
        return other

    async def send(self, call: Call) -> answers.Answer:
        """A good answer. An error of `workshop_kube.errors` for any that another try keeps."""
        began, tries, is_unsure = self._clock(), 0, False
        while True:
            tries += 1
            answer = await self._try(call)
            if answer.is_good:
                return answer
            verdict = retries.decide_retry(
                answer,
                self.patience,
                tries=tries,
                elapsed=self._clock() - began,
                chance=random.random(),  # noqa: S311 - jitter needs no secrecy
                is_repeatable=call.is_repeatable,
                is_post=call.method == "POST" and not call.is_conflict_final,
            )
            if verdict.wait is None:
                raise answers.make_error(answer, call.title, role=call.role, is_unsure=is_unsure)
            is_unsure = is_unsure or answers.has_unknown_effect(answer)
            self.log.info("%s: %s; again in %.1f s", call.title, answer.message, verdict.wait)
            await self.pause(verdict.wait)

    async def _try(self, call: Call) -> answers.Answer:
        answer = await self.pool.fetch(
            call.method,
            self.connection.server + call.target,
            body=None if call.body is None else json.dumps(call.body).encode(),
            seconds=self.patience.timeout,
            **await self._make_options(call),
        )
        with contextlib.suppress(KeyError, ValueError):
            self.date = parsedate_to_datetime(answer.headers["date"])
        return answer

    @contextlib.asynccontextmanager
    async def stream(self, call: Call, silence: float) -> AsyncIterator[aiohttp.ClientResponse]:
        """An answer without an end. TimeoutError when nothing comes for `silence` seconds."""
        connect = self.patience.timeout
        limits = aiohttp.ClientTimeout(total=None, sock_connect=connect, sock_read=silence)
        url, options = self.connection.server + call.target, await self._make_options(call)
        async with self.pool.open(call.method, url, limits=limits, **options) as response:
            yield response

    async def _make_options(self, call: Call) -> dict[str, Any]:
        headers = {"Accept": call.accept}
        if call.body is not None:
            headers["Content-Type"] = call.content_type
        if authorization := await self.connection.authorization():
            headers["Authorization"] = authorization
        options: dict[str, Any] = {"headers": headers, "context": self.connection.tls()}
        if self.connection.server_name:
            options["server_hostname"] = self.connection.server_name
        if self.connection.proxy:
            options["proxy"] = self.connection.proxy
        return options
