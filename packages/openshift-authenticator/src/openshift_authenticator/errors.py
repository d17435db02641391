"""What can go wrong at login, as exceptions that a person may read.

Raised everywhere in this package; turned into HTTP answers only in handlers.py and
authenticator.py. A sentence says what happened and what to do; it never holds a secret.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that stands in the way of logging in.

    `code` is a stable word for machines, `sentence` is for people, `command` is the
    line that mends it (empty if there is none), `lead` the words before that line.
    """

    code: str
    sentence: str
    command: str = ""
    lead: str = "Run:"

    def as_dict(self) -> dict[str, str]:
        """The problem as plain JSON."""
        return asdict(self)

    def __str__(self) -> str:
        return f"{self.sentence} {self.lead}\n    {self.command}" if self.command else self.sentence


class LoginError(Exception):
    """A login that cannot go on; `problem` says why, `http_status` what to answer."""

    code = "login-failed"
    http_status = 500

    def __init__(self, sentence: str, *, command: str = "", code: str = "") -> None:
        super().__init__(sentence)
        self.problem = Problem(code or self.code, sentence, command)


class RefusedError(LoginError):
    """The person may not come in."""

    code = "refused"
    http_status = 403


class ScopeMissingError(RefusedError):
    """The person did not approve what the hub needs to know."""

    code = "scope-missing"


class MisconfiguredError(LoginError):
    """The hub's or the cluster's settings are wrong; only an administrator can mend it."""

    code = "misconfigured"

    @classmethod
    def of(cls, problem: Problem) -> MisconfiguredError:
        """The error that carries a problem found before."""
        error = cls(problem.sentence)
        error.problem = problem
        return error


class NotOpenShiftError(MisconfiguredError):
    """The cluster has no OAuth server of its own."""

    code = "no-oauth-server"


class BadDiscoveryError(MisconfiguredError):
    """The cluster's well-known document cannot be used."""

    code = "bad-discovery"


class BadDocumentError(MisconfiguredError):
    """The cluster answered something that is not what its API promises."""

    code = "bad-answer"


class ClusterError(LoginError):
    """The cluster said no, or nothing.

    `status` is the HTTP status, None when there was no answer at all;
    `retry_after` is in seconds, None when the cluster named no time.
    """

    code = "cluster-unavailable"
    http_status = 503

    def __init__(
        self, sentence: str, *, status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.retry_after = retry_after

    @property
    def temporary(self) -> bool:
        """True when asking again later may help: no answer, 429 and 5xx."""
        return self.status is None or self.status == 429 or self.status >= 500
