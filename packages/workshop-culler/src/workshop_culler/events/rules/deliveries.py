"""What is done after a try to deliver an event: it is done, tried again, or given up."""

from __future__ import annotations

import enum
from dataclasses import dataclass

FIRST_WAIT, LONGEST_WAIT = 2.0, 300.0
# One that a receiver will not have is not tried for a day: others wait behind it.
TRIES_REFUSED = 5
KEEP_SECONDS = 86400.0
MAY_PASS = frozenset({408, 425, 429})


class Outcome(enum.StrEnum):
    """What came of a delivery, also in the metrics."""

    DELIVERED = "delivered"
    RETRY = "retry"
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: the `status` of the answer, 0 where there was none, and why in a few words."""

    status: int
    trouble: str = ""
    retry_after: float = 0.0


@dataclass(frozen=True, slots=True)
class DeliveryVerdict:
    """What is to be done, after how many seconds."""

    outcome: Outcome
    wait: float = 0.0


def decide_delivery(attempt: Attempt, tries: int, age: float, chance: float) -> DeliveryVerdict:
    """What to do after the `tries`-th try of an event that is `age` seconds old.

    Each 2xx is a receipt. `chance` (0 to 1) spreads the pauses of many.
    """
    if 200 <= attempt.status < 300:
        return DeliveryVerdict(Outcome.DELIVERED)
    refused = 300 <= attempt.status < 500 and attempt.status not in MAY_PASS
    if age >= KEEP_SECONDS or (refused and tries >= TRIES_REFUSED):
        return DeliveryVerdict(Outcome.GIVEN_UP)
    wait = min(FIRST_WAIT * 2 ** min(tries - 1, 20), LONGEST_WAIT)
    wait = max(wait, min(attempt.retry_after, LONGEST_WAIT))
    return DeliveryVerdict(Outcome.RETRY, wait * (0.75 + 0.5 * chance))


def parse_retry_after(text: str) -> float:
    """Seconds of a `Retry-After` header; 0 for none, and for a date."""
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 0.0
