"""The raised hand: `dashboard/hand` tells it, raises it with a few words, and lowers it.

For the person whose session it is, where the hub has a service that shows raised hands. What is
true is with that service: an instructor may have lowered it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from tornado import web

from jupyterhub_butterfly import extensions

MAX_BODY = 4096
# configurable-http-proxy takes each answer below 300 for activity of the person.
NO_ACTIVITY = 300


@dataclass(frozen=True)
class HandContext:
    """The service's side of the hand of the person whose session this is."""

    hand: extensions.Hand


class HandHandler(extensions.PageHandler):
    """`dashboard/hand`: GET, POST `{text}` and DELETE answer with how it is."""

    def initialize(self, context: HandContext) -> None:
        """Take what `extension` has put together."""
        self.context = context

    async def prepare(self) -> None:
        """Let in the person whose session it is, and nobody who looks in."""
        await super().prepare()
        if not self._finished and self.is_guest:
            raise web.HTTPError(403, "Only the person whose session this is may do that.")

    async def get(self) -> None:
        """Tell it; a page that asks is no activity of the person."""
        view = await self.context.hand.find()
        self.set_status(NO_ACTIVITY)
        self.finish(asdict(view))

    async def post(self) -> None:
        """Raise it; 503 with a sentence where that cannot be sent."""
        text = self._read_text()
        await self._change(self.context.hand.raise_hand(text))

    async def delete(self) -> None:
        """Lower it; 503 with a sentence where that cannot be sent."""
        await self._change(self.context.hand.lower_hand())

    def _read_text(self) -> str:
        try:
            given = json.loads(self.request.body[:MAX_BODY])
        except (ValueError, RecursionError) as error:
            raise web.HTTPError(400, "This is no JSON.") from error
        text = given.get("text", "") if isinstance(given, dict) else None
        if not isinstance(text, str):
            raise web.HTTPError(400, "A raised hand has a text.")
        return text

    async def _change(self, change: Any) -> None:
        try:
            self.finish(asdict(await change))
        except extensions.NotSentError as trouble:
            self.set_status(503)
            self.finish({"message": str(trouble)})


def make_routes(context: HandContext) -> tuple[extensions.Route, ...]:
    """Return the route."""
    return (extensions.Route(r"dashboard/hand", HandHandler, {"context": context}),)
