"""Find the cluster's OAuth server: asynchronous, bounded, retried with backoff, cached.

What an answer means is decided in well_known.py.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from openshift_authenticator import errors
from openshift_authenticator.cluster import client
from openshift_authenticator.cluster.rules import well_known
from workshop_kube.openshift_login import endpoints

log = logging.getLogger(__name__)

# How long a failure is repeated to others instead of asking again.
PAUSE_SECONDS = 2.0
# Pauses between the tries of one search, in seconds.
DELAYS = (0.2, 0.6)


class Discovery:
    """Knows the endpoints of one cluster.

    One search at a time, however many people wait for it. A cluster that stops answering later
    on does not make us forget what it said.
    """

    def __init__(self, api: client.Cluster, clock: Callable[[], float] = time.monotonic) -> None:
        self._api = api
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
            if self._found and now - self._found_at < endpoints.KEEP_SECONDS:
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
        answer = await self._api.discover()
        url = self._api.url + endpoints.WELL_KNOWN_PATH
        return well_known.parse_answer(answer.status, answer.body, url)
