"""The API's part in which a session tells of itself: its page, its tests, a raised hand; and hints.

A session may speak of itself only, and not too often; instructors see it on their page and may
lower a hand.
"""

from __future__ import annotations

from typing import Any

from tornado.web import HTTPError

from workshop_culler.rules import permissions, session_reports, texts
from workshop_culler.rules.guidance import hints
from workshop_culler.rules.models import Server
from workshop_culler.service.api import SessionHandler

LONGEST_PAGE = 200


class ReportHandler(SessionHandler):
    """Base of what takes a report."""

    async def find_own(self, body: dict[str, Any]) -> Server:
        """The session that speaks, if it may and has not spoken too often.

        Counted first, whatever session is named: what is refused costs the hub no request.
        """
        self.session_service.check_rate(self.who.name)
        server = await self.find_server(body)
        if not permissions.owns(self.who, server):
            raise HTTPError(403, reason="A session may only speak of itself")
        return server


class NotesPage(ReportHandler):
    """`POST session/page {page}`: a session tells at which page of the notes it is."""

    async def post(self) -> None:
        """Remember it."""
        body = self.read_body()
        server = await self.find_own(body)
        page = texts.clean_line(str(body.get("page") or ""))[:LONGEST_PAGE]
        self.session_service.note_page(server, page)
        self.settings["live"].tell_listeners()
        self.answer({"page": page})


class Tests(ReportHandler):
    """`POST session/tests {passed, failed, failing}`: how the tests of the notes have ended."""

    async def post(self) -> None:
        """Remember it."""
        body = self.read_body()
        server = await self.find_own(body)
        try:
            tests = session_reports.parse_tests(body)
        except session_reports.BadReportError as error:
            raise HTTPError(400, reason=str(error)) from error
        self.session_service.tests.note(server, tests)
        self.settings["live"].wake()
        self.answer({"tests": session_reports.render_tests(tests)})


class Hand(ReportHandler):
    """`GET session/hand?user=&server=`: the raised hand, or null. `POST {text}` raises it."""

    async def get(self) -> None:
        """Tell it; counted before the hub is asked for the session."""
        self.session_service.check_question_rate(self.who.name)
        asked = {key: self.get_query_argument(key, "") for key in ("user", "server")}
        self.tell_hand(await self.find_server(asked))

    async def post(self) -> None:
        """Raise it; with a raised one other words take the place of the first."""
        body = self.read_body()
        server = await self.find_own(body)
        try:
            text = session_reports.parse_help(body)
        except session_reports.BadReportError as error:
            raise HTTPError(400, reason=str(error)) from error
        await self.session_service.store.raise_hand(server, text, self.session_service.now)
        self.settings["live"].wake()
        self.tell_hand(server)

    def tell_hand(self, server: Server) -> None:
        """Answer with the hand of a session."""
        hand = self.session_service.store.find_hand(server)
        hint = self.session_service.store.find_hint(server)
        # Who waits for help asks often, and so learns that there is a hint.
        self.answer({"hand": session_reports.render_hand(hand), "hint": hint.number if hint else 0})


class LowerHand(Hand):
    """`POST session/hand/lower {user, server}`: by the session itself, or by an instructor."""

    async def get(self) -> None:
        """Refuse: it takes a POST."""
        raise HTTPError(405)

    async def post(self) -> None:
        """Lower it; that it is lowered already is no error."""
        server = await self.find_server(self.read_body())
        if not permissions.may_lower_hand(self.who, server):
            raise HTTPError(403, reason="You may not lower this hand")
        if permissions.owns(self.who, server):
            self.session_service.check_rate(server.user)
        await self.session_service.store.lower_hand(server, self.session_service.now)
        self.settings["live"].wake()
        self.tell_hand(server)


class HintHandler(SessionHandler):
    """`POST session/hint {user, server, text}` gives a hint; `DELETE` takes it back."""

    async def post(self) -> None:
        """Give it."""
        body = self.read_body()
        server = await self.find_helped(body)
        try:
            text = hints.parse_hint(body)
        except hints.BadHintError as error:
            raise HTTPError(400, reason=str(error)) from error
        store, now = self.session_service.store, self.session_service.now
        hint = await store.give_hint(server, text, self.who.name, now)
        self.session_service.log.info(
            "hint user=%s server=%s by=%s", server.user, server.name, self.who.name
        )
        self.settings["live"].wake()
        self.answer({"hint": hints.render_hint(hint)})

    async def delete(self) -> None:
        """Take it back."""
        server = await self.find_helped(self.read_body())
        await self.session_service.store.take_back_hint(server, self.session_service.now)
        self.settings["live"].wake()
        self.answer({"hint": None})

    async def find_helped(self, body: dict[str, Any]) -> Server:
        """The session that is named, if it may be helped in."""
        server = await self.find_server(body)
        if not permissions.may_help(self.who, server):
            raise HTTPError(403, reason="You may not give hints to this session")
        return server
