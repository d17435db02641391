"""Somebody joins a session with its person's consent: what each side may do, and when.

A guest asks; the person allows it, and the guest sees the terminals. A second question, and a
second consent, lets the guest type. Either side ends it, and each question and the whole have a
limit of time. `terminal.joint` holds the one that there is; nothing here sends anything.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace

# Seconds for which a question waits for an answer, and a guest stays at most.
QUESTION_SECONDS = 90.0
LONGEST_SECONDS = 1800.0
# A person who refused so often in so many seconds is not asked again for as long.
MOST_REFUSALS, REFUSAL_SECONDS = 3, 300.0
# Characters of what one message types.
LONGEST_INPUT = 4096
LONGEST_NAME = 100


class State(enum.StrEnum):
    """Where it stands."""

    ASKED = "asked"
    WATCHING = "watching"
    TYPING_ASKED = "typing-asked"
    TYPING = "typing"
    ENDED = "ended"


class Side(enum.StrEnum):
    """Who does something; `TIME` is the limit of a question or of the whole."""

    PERSON = "person"
    GUEST = "guest"
    TIME = "time"


class Deed(enum.StrEnum):
    """What a side may do."""

    ALLOW = "allow"
    REFUSE = "refuse"
    ASK_TYPING = "ask-typing"
    STOP_TYPING = "stop-typing"
    END = "end"


@dataclass(frozen=True, slots=True)
class Join:
    """One guest. `may_type`: whether they may ask for that; `number` tells it from others."""

    guest: str
    may_type: bool
    number: int
    state: State = State.ASKED


_NEXT: dict[tuple[State, Side, Deed], State] = {
    (State.ASKED, Side.PERSON, Deed.ALLOW): State.WATCHING,
    (State.ASKED, Side.PERSON, Deed.REFUSE): State.ENDED,
    (State.ASKED, Side.TIME, Deed.REFUSE): State.ENDED,
    (State.WATCHING, Side.GUEST, Deed.ASK_TYPING): State.TYPING_ASKED,
    (State.TYPING_ASKED, Side.PERSON, Deed.ALLOW): State.TYPING,
    (State.TYPING_ASKED, Side.PERSON, Deed.REFUSE): State.WATCHING,
    (State.TYPING_ASKED, Side.TIME, Deed.REFUSE): State.WATCHING,
    (State.TYPING_ASKED, Side.GUEST, Deed.STOP_TYPING): State.WATCHING,
    (State.TYPING, Side.GUEST, Deed.STOP_TYPING): State.WATCHING,
    (State.TYPING, Side.PERSON, Deed.STOP_TYPING): State.WATCHING,
}


def decide_next(join: Join, side: Side, deed: Deed) -> Join:
    """What becomes of it; the same when this side may not do that now."""
    if join.state is State.ENDED:
        return join
    if deed is Deed.END:
        return replace(join, state=State.ENDED)
    if deed is Deed.ASK_TYPING and not join.may_type:
        return join
    return replace(join, state=_NEXT.get((join.state, side, deed), join.state))


def parse_deed(message: dict[str, object], number: int) -> Deed | None:
    """Read what a page's message asks for; None for what is none, or is about another guest."""
    if message.get("number") != number or isinstance(message.get("number"), bool):
        return None
    deed = message.get("do")
    return Deed(deed) if isinstance(deed, str) and deed in set(Deed) else None


def is_pestering(refusals: Sequence[float], now: float) -> bool:
    """Whether another question would be one too many; times of refusals in seconds."""
    return sum(now - each < REFUSAL_SECONDS for each in refusals) >= MOST_REFUSALS


def is_question(join: Join) -> bool:
    """Whether the person is asked something."""
    return join.state in {State.ASKED, State.TYPING_ASKED}


def is_shown(join: Join) -> bool:
    """Whether the guest is shown what the terminals put out."""
    return join.state in {State.WATCHING, State.TYPING_ASKED, State.TYPING}


def render_view(join: Join) -> dict[str, object]:
    """What either side's page is told of it."""
    return {
        "cmd": "join",
        "state": str(join.state),
        "guest": join.guest,
        "number": join.number,
        "may_type": join.may_type,
    }
