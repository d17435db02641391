"""What can go wrong at the clients. Two words decide what happens: temporary and permanent.

The clients (`clients/`) turn every failure of the network into one of these;
`passes/sweep.py` keeps the thing in question on both and says why.
"""

from __future__ import annotations


class ApiError(Exception):
    """A hub or cluster did not give a firm answer. `status` is 0 when there was none."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class TemporaryError(ApiError):
    """It may work later: no answer, 429, 5xx. `wait` is what was asked for, in seconds."""

    wait: float | None = None


class PermanentError(ApiError):
    """It will not work by waiting: a right is missing, the address is wrong."""


class GoneError(ApiError):
    """A firm 404: the hub or the cluster itself says that there is no such thing."""


class ChangedError(ApiError):
    """The thing is no longer the one that was looked at (409, a precondition failed)."""


class StartError(Exception):
    """The culler cannot start; the message tells an admin what to do."""
