"""What can go wrong, in words that its callers act upon.

TemporaryError: try again later. PermanentError: trying again changes nothing. Both carry what a
visitor may read (`str(error)`) and what the administrator needs beside it (`detail`).
"""

from __future__ import annotations


class WorkshopError(Exception):
    """A failure with two readers.

    `message` is a sentence for the visitor; `detail` names the object and the server's own words,
    for the hub's log.
    """

    def __init__(self, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail or message


class TemporaryError(WorkshopError):
    """The cluster did not answer, or answered that it cannot just now."""


class PermanentError(WorkshopError):
    """The cluster refused; the same request will be refused again."""


class NameTakenError(PermanentError):
    """An object of this name exists and belongs to somebody else."""


class GoneError(PermanentError):
    """What the request was about does not exist, or no longer."""


class ForbiddenError(PermanentError):
    """The hub's account lacks a right.

    `rule` is the YAML of the missing rule of a (Cluster)Role, when it could be told.
    """

    def __init__(self, message: str, detail: str = "", rule: str = "") -> None:
        super().__init__(message, detail)
        self.rule = rule


class FullError(WorkshopError):
    """All places are taken; there is a queue."""


class StartError(WorkshopError):
    """The session's pod will not come up: the cause, as the cluster tells it."""


class LostError(WorkshopError):
    """A session that was up is over, and nobody stopped it."""
