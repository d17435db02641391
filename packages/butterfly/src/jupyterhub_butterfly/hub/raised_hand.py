"""The raised hand of this session's person, kept by the culler's service and shown to instructors.

Nothing is kept here but the last answer: either side may lower it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import urllib.parse

from tornado import httpclient

from jupyterhub_butterfly.hub.culler_client import CullerClient
from jupyterhub_butterfly.rules import countdown, hands

log = logging.getLogger(__name__)

# However many pages ask, the service is asked once in so long; where it is not there, rarely.
FRESH_SECONDS = 5.0


class RaisedHand:
    """The hand of one session; what extensions know as `extensions.Hand`."""

    def __init__(self, culler: CullerClient) -> None:
        self.culler = culler
        self._view = hands.HandView(known=False)
        self._due = float("-inf")
        self._lock = asyncio.Lock()

    async def find(self) -> hands.HandView:
        """Return how it is; never raises for what the service does."""
        async with self._lock:
            if self.culler.clock() >= self._due:
                query = urllib.parse.urlencode({"server": self.culler.server_name})
                status, model = await self._ask("GET", f"api/session/hand?{query}")
                self._keep(hands.read_view(status, model, self._view))
            return self._view

    async def raise_hand(self, text: str) -> hands.HandView:
        """Raise it, or change its words. Raises `NotSentError`."""
        return await self._change("api/session/hand", {"text": text})

    async def lower_hand(self) -> hands.HandView:
        """Lower it. Raises `NotSentError`."""
        return await self._change("api/session/hand/lower", {})

    async def _change(self, path: str, body: dict[str, str]) -> hands.HandView:
        async with self._lock:
            self._due = float("-inf")  # whatever comes of it, the next look asks
            sent = json.dumps({"server": self.culler.server_name, **body})
            status, model = await self._ask("POST", path, sent)
            view = hands.read_view(status, model, self._view)
            if not (view.available and view.known):
                raise hands.NotSentError(hands.render_trouble(status, model))
            self._keep(view)
            return view

    def _keep(self, view: hands.HandView) -> None:
        if view.hint != self._view.hint:
            self.culler.expire()  # the page asks the clock for the hint
        self._view = view
        rest = FRESH_SECONDS if view.available else countdown.RARELY
        self._due = self.culler.clock() + rest

    async def _ask(
        self, method: str, path: str, body: str | None = None
    ) -> tuple[int, dict[str, object]]:
        """Ask; status 0 where there is no answer."""
        try:
            return await self.culler.fetch(method, path, body)
        except (OSError, httpclient.HTTPError, ValueError) as error:
            log.info("The culler was not reached for a raised hand (%s)", error)
            return 0, {}
