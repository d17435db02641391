"""Joining a session with its person's consent: the question, and what the session tells of it.

An assistant or instructor asks here; their browser then goes to the session, which asks its person
and lets nobody else in. The page is this service's own: what a session serves is shown in a frame
without an origin, so that it acts for nobody at the hub.
"""

from __future__ import annotations

from tornado.web import HTTPError, authenticated

from workshop_culler.rules import permissions, texts
from workshop_culler.rules.models import Server
from workshop_culler.service.api import SessionHandler
from workshop_culler.service.base_handlers import PageHandler
from workshop_culler.service.join_questions import JoinQuestions
from workshop_culler.service.reports_api import ReportHandler

# What a session may say of a guest.
STATES = frozenset({"asked", "watching", "typing-asked", "typing", "ended"})
LONGEST_NAME = 100


class Ask(SessionHandler):
    """`POST session/join {user, server}`: ask; its answer is for the page of who asks."""

    async def post(self) -> None:
        """Make the question."""
        self.session_service.check_question_rate(self.who.name)
        server = await self.find_server(self.read_body())
        if not permissions.may_join(self.who, server):
            raise HTTPError(403, reason="You may not ask to join this session")
        url = server.model.get("full_url") or server.model.get("url")
        if not server.ready or not url:
            raise HTTPError(409, reason="This session does not run. Start over when it does.")
        may_type = permissions.may_type(self.who, server)
        questions: JoinQuestions = self.settings["join_questions"]
        secret = questions.ask(server, self.who.name, may_type=may_type)
        _log(self, server, self.who.name, "question")
        self.answer({"url": url, "secret": secret, "may_type": may_type})


class Redeem(SessionHandler):
    """`POST session/join/redeem {server, secret}`: a session learns who asks; 404 if nobody."""

    async def post(self) -> None:
        """Tell it, once."""
        self.session_service.check_redeem_rate(self.who.name)
        body = self.read_body()
        server = await self.find_server(body)
        if not permissions.owns(self.who, server):
            raise HTTPError(403, reason="A session may only ask about its own guests")
        questions: JoinQuestions = self.settings["join_questions"]
        question = questions.redeem(server, str(body.get("secret") or ""))
        if question is None:
            raise HTTPError(404, reason="Nobody asks so, or no longer")
        self.answer({"guest": question.guest, "may_type": question.may_type})


class Note(ReportHandler):
    """`POST session/join/note {server, guest, state}`: a session tells what came of it."""

    async def post(self) -> None:
        """Write it to the log."""
        body = self.read_body()
        server = await self.find_own(body)
        guest = texts.clean_line(str(body.get("guest") or ""))[:LONGEST_NAME]
        state = body.get("state")
        if state not in STATES or not guest:
            raise HTTPError(400, reason=f"'state' must be one of {', '.join(sorted(STATES))}")
        _log(self, server, guest, str(state))
        self.answer({"state": state})


def _log(handler: SessionHandler, server: Server, guest: str, state: str) -> None:
    log = handler.session_service.log
    log.info("join user=%s server=%s guest=%s state=%s", server.user, server.name, guest, state)


class JoinPage(PageHandler):
    """`GET join?user=&server=`: the page that asks, and shows the session."""

    @authenticated
    async def get(self) -> None:
        """The page; it asks when it is open, as a browser may load pages that nobody looks at."""
        if self.person is None or not permissions.helps_anything(self.person):
            raise HTTPError(403)
        self.set_header("Content-Security-Policy", self._make_policy())
        self.render(
            "join.html",
            user=self.get_query_argument("user", ""),
            server=self.get_query_argument("server", ""),
            prefix=self.settings["prefix"],
            xsrf=self.xsrf_token.decode(),
        )

    def _make_policy(self) -> str:
        # Sessions may have hosts of their own (subdomains of the hub's).
        policy = self._headers["Content-Security-Policy"]
        return f"{policy}; frame-src 'self' {self.request.protocol}://*.{self.request.host}"
