"""Whether a failed request is tried again, and when."""

from __future__ import annotations

import dataclasses

TEMPORARY = frozenset({429, 500, 502, 503, 504})


@dataclasses.dataclass(frozen=True)
class Patience:
    """How long to go on: seconds in all, and the first and longest wait between two tries."""

    total: float = 30.0
    first: float = 0.1
    most: float = 5.0

    def wait(self, attempt: int, luck: float) -> float:
        """The wait after the `attempt`-th failure (from 1), spread by `luck` from 0 to 1 so that
        many do not march in step.
        """
        ceiling = min(self.most, self.first * 2.0 ** min(attempt - 1, 30))
        return ceiling * (0.5 + 0.5 * luck)


@dataclasses.dataclass(frozen=True)
class Failure:
    """A try that failed: its status (None: no answer) and the server's Retry-After in seconds."""

    status: int | None
    retry_after: float | None = None


def find_pause(
    failure: Failure, patience: Patience, attempt: int, elapsed: float, luck: float
) -> float | None:
    """Seconds to wait before the next try, or None to give up."""
    if failure.status is not None and failure.status not in TEMPORARY:
        return None
    wait = patience.wait(attempt, luck)
    if failure.retry_after is not None:
        wait = max(wait, failure.retry_after)
    return None if elapsed + wait > patience.total else wait


def parse_retry_after(text: str | None) -> float | None:
    """The header's seconds; None when absent or a date (which Kubernetes does not send)."""
    try:
        return max(0.0, float(text)) if text else None
    except ValueError:
        return None
