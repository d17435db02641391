"""Whether a request is sent again, and when."""

from __future__ import annotations

from dataclasses import dataclass

from workshop_kube.rules import answers


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to go on: seconds in all and a try, how many tries, the waits between them."""

    total: float = 30.0
    timeout: float = 10.0
    tries: int = 10
    first_wait: float = 0.2
    longest_wait: float = 5.0


# One try, for those who wait themselves or answer a person at once.
ONCE = Patience(total=10.0, tries=1)


@dataclass(frozen=True, slots=True)
class RetryVerdict:
    """Send again after `wait` seconds, or (None) this answer is the last."""

    wait: float | None = None


def decide_retry(
    answer: answers.Answer,
    patience: Patience,
    *,
    tries: int,
    elapsed: float,
    chance: float,
    is_repeatable: bool = True,
    is_post: bool = False,
) -> RetryVerdict:
    """Whether to send a request again that was sent `tries` times within `elapsed` seconds.

    What is not repeatable is sent again only if it was surely not carried out. `chance`, from 0 to
    1, spreads those who failed together.
    """
    if not (answers.is_temporary(answer) or (is_post and _is_own_conflict(answer))):
        return RetryVerdict()
    if answers.has_unknown_effect(answer) and not is_repeatable:
        return RetryVerdict()
    wait = max(make_wait(patience, tries, chance), answer.retry_after or 0.0)
    if tries >= patience.tries or elapsed + wait > patience.total:
        return RetryVerdict()
    return RetryVerdict(wait)


def make_wait(patience: Patience, failures: int, chance: float) -> float:
    """The wait after so many failures: doubled each time, and half to all of that."""
    ceiling = min(patience.longest_wait, patience.first_wait * 2.0 ** min(failures, 30))
    return ceiling * (0.5 + 0.5 * chance)


def _is_own_conflict(answer: answers.Answer) -> bool:
    """Whether a POST met a conflict of the cluster's own making: two objects counted at once."""
    return answer.status == 409 and answer.reason == "Conflict"
