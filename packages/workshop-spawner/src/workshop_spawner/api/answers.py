"""What an answer of the API means: go on, wait and ask again, or give up.

Pure. Called by cluster.py, which does the waiting.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workshop_spawner import errors

FIRST_WAIT = 0.2
LONGEST_WAIT = 5.0

_AGAIN = {408, 429, 500, 502, 503, 504}
# Refusals by a part of the cluster that has not yet heard of what was made a moment ago.
_NOT_YET = (
    "status unknown for quota",
    "error looking up service account",
    "unable to find annotation openshift.io/sa.scc",
)
_FORBIDDEN = re.compile(
    r'cannot (?P<verb>\w+) resource "(?P<resource>[^"]+)" in API group "(?P<group>[^"]*)"'
)


@dataclass(frozen=True)
class Answer:
    """One answer: status, headers in lower case, and the body as JSON (a Status when refused)."""

    status: int
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def message(self) -> str:
        """The server's own words."""
        return str(self.body.get("message") or self.status)

    @property
    def reason(self) -> str:
        """The machine's word of a refusal, such as AlreadyExists."""
        return str(self.body.get("reason") or "")


def judge_retry(answer: Answer | None, method: str = "") -> bool:
    """Whether the same request may succeed later; None stands for no answer at all.

    Conflicts of a POST are of the cluster's own making, such as two objects counted at once.
    """
    if answer is None or answer.status in _AGAIN:
        return True
    return _is_not_yet(answer) or (method == "POST" and is_conflict(answer))


def is_conflict(answer: Answer) -> bool:
    """Whether somebody else changed something meanwhile; not that the name is taken."""
    return answer.status == 409 and answer.reason == "Conflict"


def _is_not_yet(answer: Answer) -> bool:
    return answer.status == 403 and any(words in answer.message for words in _NOT_YET)


def judge_wait(answer: Answer | None, attempt: int, chance: float) -> float:
    """Seconds to wait before attempt number `attempt` + 1 (the first is 1).

    What the server asks for in Retry-After, at least; else a share (`chance`, 0 to 1) of a time
    that doubles, so that many that failed together do not come back together.
    """
    backoff = min(LONGEST_WAIT, FIRST_WAIT * 2**attempt) * chance
    if answer is None:
        return backoff
    asked = answer.headers.get("retry-after", "")
    return max(float(asked), backoff) if asked.isdigit() else backoff


def make_error(answer: Answer | None, what: str, role: str = "") -> errors.WorkshopError:
    """The error of a request that was given up; `what` says which, for the administrator.

    `role` is the ClusterRole that the request was to bind, if it was.
    """
    if answer is None:
        return errors.TemporaryError("The cluster does not answer.", f"No answer to {what}.")
    detail = f"{what}: {answer.status} {answer.message}"
    if answer.status == 403 and not (_is_quota(answer.message) or _is_not_yet(answer)):
        rule = make_rule(answer.message, role)
        return errors.ForbiddenError(
            "The workshop lacks a right in the cluster; please tell its organiser.",
            f"{detail}{render_missing(rule)}",
            rule,
        )
    if answer.status == 404 and role:
        return errors.PermanentError(
            f"The cluster has no role {role}; please tell the workshop's organiser.", detail
        )
    if judge_retry(answer):
        return errors.TemporaryError("The cluster cannot do this just now.", detail)
    refused = errors.GoneError if answer.status == 404 else errors.PermanentError
    return refused(f"The cluster refused: {answer.message}", detail)


def _is_quota(message: str) -> bool:
    return "exceeded quota" in message or "maximum" in message or "being terminated" in message


def make_rule(message: str, role: str = "") -> str:
    """The rule of a ClusterRole that a refusal asks for, as YAML; empty when it names none."""
    if role and "attempting to grant RBAC permissions not currently held" in message:
        return (
            '- apiGroups: ["rbac.authorization.k8s.io"]\n'
            '  resources: ["clusterroles"]\n'
            f'  resourceNames: ["{role}"]\n'
            '  verbs: ["bind"]\n'
        )
    match = _FORBIDDEN.search(message)
    if match is None:
        return ""
    return (
        f'- apiGroups: ["{match["group"]}"]\n'
        f'  resources: ["{match["resource"]}"]\n'
        f'  verbs: ["{match["verb"]}"]\n'
    )


def render_missing(rule: str) -> str:
    """What to add to the hub's rights, as a sentence with YAML; empty when nothing is known."""
    return (
        f"\nThe hub's account needs this rule, see templates/hub-rbac.yaml:\n{rule}" if rule else ""
    )
