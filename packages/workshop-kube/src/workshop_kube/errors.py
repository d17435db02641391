"""What can go wrong at the cluster: one family, so that a caller decides by class alone.

`GoneError` is the only one that says that an object is not there. All others leave that open: keep
what you have, report, try later.
"""

from __future__ import annotations


class KubeError(Exception):
    """The cluster did not do what it was asked.

    `what` is what was asked, `message` the server's own words, `status` the HTTP status (0 when
    there was no answer) and `reason` Kubernetes' word for it. `is_unsure` says that an earlier try
    of the same request may have been carried out.
    """

    def __init__(
        self,
        what: str,
        message: str = "",
        *,
        status: int = 0,
        reason: str = "",
        is_unsure: bool = False,
    ) -> None:
        self.what, self.message = what, message
        self.status, self.reason, self.is_unsure = status, reason, is_unsure
        answer = f"{status or 'no answer'} {message}".rstrip()
        super().__init__(f"{what}: {answer}")


class GoneError(KubeError):
    """A firm 404: the API itself says that there is no such object."""


class ConflictError(KubeError):
    """Somebody else changed the object meanwhile, or it is another one by now (409)."""


class ExistsError(ConflictError):
    """An object of this name exists, and is not the one that was to be made."""


class UnauthorizedError(KubeError):
    """The token or certificate opens nothing (401): log in again."""


class ForbiddenError(KubeError):
    """The account lacks a right. `rule` is the YAML of the rule of a Role that grants it."""

    rule: str = ""


class RefusedError(KubeError):
    """Not for want of a right: quota, Pod Security, SCC, a webhook, an invalid object."""


class TemporaryError(KubeError):
    """It may work later: no answer, 429, 5xx. `retry_after` is what the server asked for."""

    retry_after: float | None = None


class UnknownError(KubeError):
    """Anything else, such as the 404 of a proxy or a certificate that is not trusted."""


class CertificateError(UnknownError):
    """The server's certificate is not trusted."""


class CredentialsError(UnknownError):
    """There is nothing to log in with; the message says what is missing and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__("log in to the cluster", message)

    def __str__(self) -> str:
        return self.message
