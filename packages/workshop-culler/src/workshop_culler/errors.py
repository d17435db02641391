"""What can go wrong at the hub. Two words decide what happens: temporary and permanent.

The hub's client turns every failure of the network into one of these; a pass keeps what it is
about on both and says why. What goes wrong at the cluster is in `workshop_kube.errors`.
"""

from __future__ import annotations


class ApiError(Exception):
    """The hub did not give a firm answer. `status` is 0 when there was none.

    `said` are the hub's own words, empty where there were none.
    """

    def __init__(self, message: str, status: int = 0, said: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.said = said


class TemporaryError(ApiError):
    """It may work later: no answer, 429, 5xx."""


class PermanentError(ApiError):
    """It will not work by waiting: a right is missing, the address is wrong."""


class GoneError(ApiError):
    """A firm 404: the hub itself says that there is no such thing."""


class ChangedError(ApiError):
    """It is no longer what was looked at (409)."""


class StartError(Exception):
    """The culler cannot start; the message tells an admin what to do."""
