"""Who asks to join this session: the culler's service knows, and says it once for each question.

A guest's page comes with a secret that the service made for it. What is done in the end is noted
there, too, beside this server's own log.
"""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass

from tornado import httpclient

from jupyterhub_butterfly.hub.culler_client import CullerClient
from jupyterhub_butterfly.rules import joining

log = logging.getLogger(__name__)

NOBODY = "This question is not known any more. Go back to the sessions, and ask again."
UNANSWERED = "The service of the instructors does not answer. Try again in a moment."


class NotKnownError(Exception):
    """Nobody is known to ask so; the message is a sentence for who tried."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Who asks, and whether they may ask to type."""

    name: str
    may_type: bool


class JoinClient:
    """The service's API about guests."""

    def __init__(self, culler: CullerClient) -> None:
        self._culler = culler
        self._noting: set[asyncio.Task[None]] = set()

    async def redeem(self, secret: str) -> Guest:
        """Learn who asks. Raises `NotKnownError`."""
        try:
            status, model = await self._post("redeem", {"secret": secret})
        except (OSError, httpclient.HTTPError, ValueError) as error:
            log.warning("Who asks to join was not learnt (%s)", type(error).__name__)
            raise NotKnownError(UNANSWERED) from error
        name = model.get("guest")
        if status != 200 or not isinstance(name, str) or not name:
            raise NotKnownError(UNANSWERED if status >= 500 or status == 429 else NOBODY)
        return Guest(name[: joining.LONGEST_NAME], model.get("may_type") is True)

    def note(self, guest: str, state: joining.State) -> None:
        """Tell what came of it, in the background; never raises."""
        task = asyncio.ensure_future(self._note(guest, state))
        self._noting.add(task)
        task.add_done_callback(self._noting.discard)

    async def drain(self) -> None:
        """Wait for what is being told."""
        await asyncio.gather(*self._noting)

    async def _note(self, guest: str, state: joining.State) -> None:
        try:
            status, _ = await self._post("note", {"guest": guest, "state": str(state)})
        except (OSError, httpclient.HTTPError, ValueError) as error:
            log.info("The culler was not told of a guest (%s)", type(error).__name__)
            return
        if status != 200:
            log.info("The culler did not take a note of a guest (status %s)", status)

    async def _post(self, what: str, body: dict[str, str]) -> tuple[int, dict[str, object]]:
        sent = json.dumps({"server": self._culler.server_name, **body})
        return await self._culler.fetch("POST", f"api/session/join/{what}", sent)
