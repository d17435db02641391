"""Acting as somebody else (`kubectl --as`): what one must be allowed for it, and who one then is.

Pure; `handlers` asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pocket_openshift.access import rbac
from pocket_openshift.vocabulary import identity


def _account(name: str) -> tuple[str, str] | None:
    """Namespace and name, when the user is a service account."""
    parts = name.split(":")
    if len(parts) == 4 and parts[:2] == ["system", "serviceaccount"]:
        return parts[2], parts[3]
    return None


def problem_with_headers(names: Iterable[str]) -> str | None:
    """What is wrong with a request's headers that begin with `Impersonate-`; None when nothing is.

    Who asks for less than another's whole identity must not get all of it, nor their own.
    """
    asked = set(names)
    if unknown := sorted(asked - {"Impersonate-User", "Impersonate-Group"}):
        return f"{unknown[0]} is not served: impersonate a user and groups"
    if asked and "Impersonate-User" not in asked:
        return "requested groups without impersonating a user"
    return None


def acts(name: str, groups: tuple[str, ...]) -> Iterator[rbac.Act]:
    """All that the caller must be allowed."""
    account = _account(name)
    if account is None:
        yield rbac.Act("impersonate", resource="users", name=name)
    else:
        place, own = account
        yield rbac.Act("impersonate", resource="serviceaccounts", namespace=place, name=own)
    for group in groups:
        yield rbac.Act("impersonate", resource="groups", name=group)


def user_of(name: str, groups: tuple[str, ...]) -> identity.User:
    """The user one then is; a service account is in its groups when none are named."""
    account = _account(name)
    if account is not None and not groups:
        return identity.service_account(*account, uid="")
    if identity.AUTHENTICATED not in groups and name != identity.ANONYMOUS.name:
        groups = (*groups, identity.AUTHENTICATED)
    return identity.User(name, groups)
