"""Which scopes there are and who may ask for which.

What each one then allows is in `pocket_openshift.access.scopes`.

Pure. `requests` asks when a token is asked for, the approval page takes the descriptions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

INFO = "user:info"
CHECK_ACCESS = "user:check-access"
LIST_PROJECTS = "user:list-projects"
LIST_SCOPED_PROJECTS = "user:list-scoped-projects"
FULL = "user:full"
ROLE = "role:"

DESCRIPTIONS: Mapping[str, str] = {
    INFO: "See who you are: your user name, identities and groups",
    CHECK_ACCESS: "Check what you may do, such as “may I create pods here?”",
    LIST_PROJECTS: "List all your projects, with their names and descriptions",
    LIST_SCOPED_PROJECTS: "List those of your projects that this login can see",
    FULL: "Do everything that you may do, including reading secrets",
}
SUPPORTED: tuple[str, ...] = tuple(sorted(DESCRIPTIONS))


def split(text: str) -> tuple[str, ...]:
    """The scopes of a `scope` parameter."""
    return tuple(part for part in text.split(" ") if part)


def join(scopes: Iterable[str]) -> str:
    """The other way round."""
    return " ".join(scopes)


@dataclass(frozen=True, slots=True)
class RoleScope:
    """`role:NAME:NAMESPACE[:!]`; `escalating` means that secrets and the like are included."""

    role: str
    namespace: str
    escalating: bool = False


def parse_role(scope: str) -> RoleScope | None:
    """The parts of a role scope, or None when it is not one.

    Role names may hold colons, namespaces may not.
    """
    if not scope.startswith(ROLE):
        return None
    body = scope.removeprefix(ROLE)
    escalating = body.endswith(":!")
    role, _, namespace = body.removesuffix(":!").rpartition(":")
    return RoleScope(role, namespace, escalating) if role and namespace else None


def _allowed_character(character: str) -> bool:
    return "!" <= character <= "~" and character not in '"\\'


def _problem_with_scope(scope: str) -> str | None:
    for character in scope:
        if not _allowed_character(character):
            return f"{ord(character)} not allowed"
    if scope in DESCRIPTIONS:
        return None
    if scope.startswith(ROLE):
        return None if parse_role(scope) else f"bad format for scope {scope}"
    return "no scope handler found"


def problem_with_scopes(scopes: Sequence[str]) -> str | None:
    """What is wrong with the scopes that are asked for, in the words of the real server.

    None when nothing is.
    """
    wrong = [
        f'[{place}]: Invalid value: "{scope}": {why}'
        for place, scope in enumerate(scopes)
        if (why := _problem_with_scope(scope))
    ]
    if not wrong:
        return None
    return wrong[0] if len(wrong) == 1 else f"[{', '.join(wrong)}]"


@dataclass(frozen=True, slots=True)
class Restriction:
    """One entry of a client's `scopeRestrictions`.

    It has the exact scopes, or the roles and namespaces, that the client may ask for.
    """

    exact: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    escalation: bool = False

    def allows(self, scope: str) -> bool:
        """Whether this entry lets the scope pass."""
        if scope in self.exact:
            return True
        wanted = parse_role(scope)
        if wanted is None or (wanted.escalating and not self.escalation):
            return False
        return _among(wanted.role, self.roles) and _among(wanted.namespace, self.namespaces)


def _among(name: str, names: Sequence[str]) -> bool:
    return name in names or "*" in names


def denied_by(restrictions: Sequence[Restriction], scopes: Sequence[str]) -> tuple[str, ...]:
    """Those of the scopes that a client with these restrictions may not ask for.

    No restrictions allow all.
    """
    if not restrictions:
        return ()
    return tuple(sorted({s for s in scopes if not any(entry.allows(s) for entry in restrictions)}))


def for_service_account(namespace: str) -> tuple[Restriction, ...]:
    """What a service account may ask for as an OAuth client.

    That is who you are, and roles in its own namespace.
    """
    return (
        Restriction(exact=(INFO, CHECK_ACCESS, LIST_SCOPED_PROJECTS, LIST_PROJECTS)),
        Restriction(roles=("*",), namespaces=(namespace,), escalation=True),
    )


def describe(scope: str) -> str:
    """A scope in words for the person who is asked to approve it."""
    role = parse_role(scope)
    if role is None:
        return DESCRIPTIONS.get(scope, scope)
    where = "in all your projects" if role.namespace == "*" else f"in the project {role.namespace}"
    more = ", including secrets" if role.escalating else ", except secrets"
    return f"Do what the role {role.role} allows {where}{more}"


_SELF_REVIEW = (
    {CHECK_ACCESS},
    {CHECK_ACCESS, INFO},
    {CHECK_ACCESS, LIST_PROJECTS},
    {CHECK_ACCESS, INFO, LIST_PROJECTS},
)


def for_self_review(scopes: Sequence[str]) -> tuple[str, ...]:
    """The scopes that a SelfSubjectAccessReview is judged with.

    A token that is only for looking asks about the person's own rights, so `user:full` is added;
    with any other scope the question is about the token.
    """
    if set(scopes) in _SELF_REVIEW and len(set(scopes)) == len(scopes):
        return (*scopes, FULL)
    return tuple(scopes)


def parse_restrictions(entries: Any) -> tuple[Restriction, ...]:
    """`scopeRestrictions` of an OAuthClient."""
    return tuple(_parse_restriction(entry) for entry in entries or ())


def _parse_restriction(entry: Mapping[str, Any]) -> Restriction:
    role = entry.get("clusterRole") or {}
    return Restriction(
        exact=tuple(entry.get("literals") or ()),
        roles=tuple(role.get("roleNames") or ()),
        namespaces=tuple(role.get("namespaces") or ()),
        escalation=bool(role.get("allowEscalation")),
    )
