"""`api/prestart`: have a class ready when it begins, see how far it is, take it back."""

from __future__ import annotations

from typing import Any

from tornado.web import HTTPError

from workshop_culler.rules import permissions, prestart
from workshop_culler.service.base_handlers import ApiHandler
from workshop_culler.service.live_sessions import LiveSessions
from workshop_culler.service.prestart import PrestartService

NO_SCOPE = (
    "To have servers started takes the scope custom:workshop:instruct, or servers, for "
    "everybody: ask the hub's admin for it."
)


class PrestartHandler(ApiHandler):
    """`GET`, `POST {people, places, at, lead_seconds, grace_seconds}` and `DELETE prestart`."""

    @property
    def prestart_service(self) -> PrestartService:
        """What prepares a class."""
        live: LiveSessions = self.settings["live"]
        return live.prestart

    async def prepare(self) -> None:
        """Let in only who may start everybody's servers."""
        await super().prepare()
        if not permissions.may_prestart(self.who):
            raise HTTPError(403, reason=NO_SCOPE)

    async def get(self) -> None:
        """Tell how far it is; null where nothing is asked for."""
        self.answer(self._render())

    async def post(self) -> None:
        """Prepare a class; sent again it changes nothing."""
        service, now = self.session_service, self.prestart_service.now
        try:
            asked = prestart.make_prestart(self.read_body(), self.who.name, now)
        except prestart.BadPrestartError as error:
            raise HTTPError(400, reason=str(error)) from error
        await self.prestart_service.ask(asked)
        service.log.info(
            "prestart by=%s people=%s places=%s at=%s",
            self.who.name,
            len(asked.people),
            asked.places,
            asked.at,
        )
        self.answer(self._render(), 202)

    async def delete(self) -> None:
        """Take it back; servers that run go on."""
        await self.prestart_service.cancel()
        self.session_service.log.info("prestart by=%s cancelled", self.who.name)
        self.answer(self._render())

    def _render(self) -> dict[str, Any]:
        return {"prestart": self.prestart_service.render()}
