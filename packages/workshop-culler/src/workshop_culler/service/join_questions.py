"""Who asks to join which session: each question has a secret, which its session redeems once.

The secret goes to the browser of who asks, and from there to the session. Here is only its digest,
in memory: a service that restarts knows no questions, and they are asked again.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from workshop_culler.rules.models import Server
from workshop_culler.rules.session_rows import make_id

# Seconds in which the session must have redeemed it: as long as a page takes to load.
LIFETIME = 60.0
MOST = 1000


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks, in which session (its id), whether for more than to look, and until when."""

    guest: str
    session: str
    may_type: bool
    until: float


class JoinQuestions:
    """The questions that are not redeemed yet; of one person and session the latest counts."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._questions: OrderedDict[bytes, Question] = OrderedDict()

    def __len__(self) -> int:
        return len(self._questions)

    def ask(self, server: Server, guest: str, *, may_type: bool) -> str:
        """The secret of a new question."""
        session, now = make_id(server), self._clock()
        for key, old in list(self._questions.items()):
            if old.until <= now or (old.guest, old.session) == (guest, session):
                del self._questions[key]
        while len(self._questions) >= MOST:
            self._questions.popitem(last=False)
        secret = secrets.token_urlsafe(32)
        self._questions[_digest(secret)] = Question(guest, session, may_type, now + LIFETIME)
        return secret

    def redeem(self, server: Server, secret: str) -> Question | None:
        """The question, if it is this session's and in time; it is spent, whoever tries it."""
        question = self._questions.pop(_digest(secret), None)
        if question is None or question.until <= self._clock():
            return None
        return question if question.session == make_id(server) else None


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
