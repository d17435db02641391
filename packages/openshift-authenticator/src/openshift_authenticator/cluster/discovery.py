"""Find the cluster's OAuth server: asynchronous, bounded, retried with backoff, cached.

Called at login, by the self-check at start-up and by the token exchange. Talks through
cluster.HttpClient; what an answer means is decided in endpoints.py.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from openshift_authenticator import errors
from openshift_authenticator.cluster import client
from openshift_authenticator.cluster.rules import endpoints

log = logging.getLogger(__name__)

WELL_KNOWN = "/.well-known/oauth-authorization-server"
KEEP_SECONDS = 3600.0
"""How long a good answer is used before the cluster is asked again."""
PAUSE_SECONDS = 2.0
"""How long a failure is repeated to others instead of asking again."""
DELAYS = (0.2, 0.6)
"""Pauses between the tries of one search, in seconds."""


class Discovery:
    """Knows the endpoints of the cluster at ``url``.

    One search at a time, however many people wait for it. A cluster that stops answering later
    on does not make us forget what it said.
    """

    def __init__(
        self, url: str, http: client.HttpClient, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = url.rstrip("/") + WELL_KNOWN
        self._http = http
        self._clock = clock
        self._lock = asyncio.Lock()
        self._found: endpoints.Endpoints | None = None
        self._found_at = 0.0
        self._failed: errors.LoginError | None = None
        self._failed_at = 0.0

    async def find(self) -> endpoints.Endpoints:
        """The endpoints; raises errors.LoginError with a sentence when they cannot be had."""
        async with self._lock:
            now = self._clock()
            if self._found and now - self._found_at < KEEP_SECONDS:
                return self._found
            if self._failed and now - self._failed_at < PAUSE_SECONDS:
                return self._last_known(self._failed)
            try:
                self._found = await self._search()
            except errors.LoginError as error:
                self._failed, self._failed_at = error, self._clock()
                return self._last_known(error)
            self._found_at, self._failed = self._clock(), None
            return self._found

    def _last_known(self, error: errors.LoginError) -> endpoints.Endpoints:
        if self._found is None:
            raise error
        log.warning("Using the OAuth server known from before: %s", error)
        return self._found

    async def _search(self) -> endpoints.Endpoints:
        for delay in DELAYS:
            try:
                return await self._ask()
            except errors.ClusterError as error:
                log.warning("Looking for the cluster's OAuth server again: %s", error)
                await asyncio.sleep(delay)
        return await self._ask()

    async def _ask(self) -> endpoints.Endpoints:
        answer = await self._http.send(client.Call(self._url))
        endpoints.check_status(answer.status, self._url)
        return endpoints.parse_endpoints(answer.body, self._url)
