"""What can go wrong with a session, in words for a visitor and for the administrator.

TemporaryError: try again later. PermanentError: trying again changes nothing. What the cluster
refuses is an error of `workshop_kube.errors` until somebody has to be told: rules/api_errors.py.
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


class ForbiddenError(PermanentError):
    """The hub's account lacks a right, which `detail` names."""


class PolicyError(PermanentError):
    """The cluster's own rules are against it: a quota, Pod Security, an SCC, a webhook."""


class FullError(WorkshopError):
    """All places are taken; there is a queue."""


class StartError(WorkshopError):
    """The session's pod will not come up: the cause, as the cluster tells it."""


class LostError(WorkshopError):
    """A session that was up is over, and nobody stopped it."""
