"""What the instructors' service says of a raised hand, and what a person is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from jupyterhub_butterfly.rules import countdown

# Characters that may be written with a raised hand; the service refuses more.
LONGEST_TEXT = 200
UNSENT = "It could not be sent. Try again in a moment."
UNAVAILABLE = "There is nobody here who sees raised hands."


class NotSentError(Exception):
    """The service has not taken it, as far as is known; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class HandView:
    """A raised hand as a page shows it.

    `available`: whether there is a service that shows it to anybody. `known`: whether the service
    has answered; where it has not, the rest is what it said before. `hint` is the number of the
    latest hint that the session was given, 0 for none.
    """

    available: bool = True
    known: bool = True
    raised: bool = False
    text: str = ""
    hint: int = 0


def read_view(status: int, model: Mapping[str, object], before: HandView) -> HandView:
    """Read the service's answer; `before` counts where it says nothing."""
    answer = countdown.classify_status(status)
    if answer == "absent":
        return HandView(available=False)
    if answer != "known" or "hand" not in model:
        return replace(before, available=True, known=False)
    hand = model["hand"]
    text = str(hand.get("text") or "") if isinstance(hand, Mapping) else ""
    hint = model.get("hint")
    number = hint if isinstance(hint, int) and not isinstance(hint, bool) else 0
    return HandView(raised=bool(hand), text=text[:LONGEST_TEXT], hint=number)


def render_trouble(status: int, model: Mapping[str, object]) -> str:
    """Render why the service has not taken it, and what to do."""
    if status in {400, 429} and model.get("message"):
        return f"It was not sent. {model['message']}"
    return UNAVAILABLE if countdown.classify_status(status) == "absent" else UNSENT
