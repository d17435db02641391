"""What the cluster has refused, in words for a visitor and for the administrator."""

from __future__ import annotations

import re

from workshop_kube import errors as kube_errors
from workshop_kube.errors import KubeError
from workshop_spawner.model import errors
from workshop_spawner.model.errors import WorkshopError

# What a step of a start, or a task of the hub, may fail with.
FAILURES = (WorkshopError, KubeError)
_REFUSED = (
    kube_errors.ForbiddenError,
    kube_errors.GoneError,
    kube_errors.RefusedError,
    kube_errors.UnauthorizedError,
)
_OF_PROJECTS = re.compile(r"create (Namespace|ProjectRequest) ")
_TOO_MANY = re.compile(r"exceeded quota|cannot create more than \d+ project")
# Of a binding that was to be made: servers name the role after the kind of the one or the other.
_NO_ROLE = re.compile(r'\w+\.rbac\.authorization\.k8s\.io "(?P<role>[^"]+)" not found')


def explain(error: WorkshopError | KubeError, home: str = "") -> WorkshopError:
    """The error with both its readers' words; one that has them is left as it is.

    `home` is the hub's namespace, if it is known.
    """
    if isinstance(error, WorkshopError):
        return error
    detail = str(error)
    if is_full(error, home):
        return errors.FullError(
            "All places of the workshop are taken; please wait a while.", detail
        )
    if isinstance(error, kube_errors.ExistsError):
        return errors.PermanentError("A name is taken; please try again.", detail)
    if isinstance(error, kube_errors.ForbiddenError):
        return errors.ForbiddenError(
            "The workshop lacks a right in the cluster; please tell its organiser.",
            f"{detail}{render_missing(error.rule)}",
        )
    if (role := _NO_ROLE.match(error.message)) and error.what.startswith("create RoleBinding"):
        sentence = f"The cluster has no role {role['role']}; please tell the workshop's organiser."
        return errors.PermanentError(sentence, detail)
    if isinstance(error, kube_errors.RefusedError) and error.status == 403:
        return errors.PolicyError(f"The cluster refused: {error.message}", detail)
    if isinstance(error, _REFUSED):
        return errors.PermanentError(f"The cluster refused: {error.message}", detail)
    if error.status == 0:  # nobody is there, or nobody whom we may trust
        return errors.TemporaryError("The cluster does not answer.", detail)
    return errors.TemporaryError("The cluster cannot do this just now.", detail)


def is_full(error: KubeError, home: str) -> bool:
    """Whether a quota on sessions is used up: it has room again when somebody leaves.

    Those are quotas of the hub's namespace and on projects. One in a project says that a workshop
    asks for more than its budget.
    """
    refused = isinstance(error, kube_errors.RefusedError) and error.status == 403
    of_each = bool(_OF_PROJECTS.match(error.what)) or (
        bool(home) and error.what.endswith(f" in {home}")
    )
    return refused and of_each and bool(_TOO_MANY.search(error.message))


def is_refusal(error: BaseException) -> bool:
    """Whether the cluster has refused for good, and surely did nothing."""
    if not isinstance(error, KubeError) or isinstance(error, kube_errors.TemporaryError):
        return False
    return 400 <= error.status < 500 and not error.is_unsure


def render_missing(rule: str) -> str:
    """What to add to the hub's rights, as a sentence with YAML; empty when nothing is known."""
    return (
        f"\nThe hub's account needs this rule, see templates/hub-rbac.yaml:\n{rule}" if rule else ""
    )
