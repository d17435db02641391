"""Who is asking.

Pure values; `authentication` makes them, `authorization` and admission read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SCOPES = "scopes.authorization.openshift.io"
AUTHENTICATED = "system:authenticated"
MASTERS = "system:masters"


@dataclass(frozen=True, slots=True)
class User:
    """A caller: name, groups and what the credentials add (`extra`, such as OAuth scopes)."""

    name: str
    groups: tuple[str, ...] = ()
    uid: str = ""
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False, compare=False)

    @property
    def scopes(self) -> tuple[str, ...]:
        """The OAuth scopes of the token that was shown; empty means no restriction."""
        return tuple(self.extra.get(SCOPES, ()))

    def as_user_info(self) -> dict:
        """As TokenReview and SelfSubjectReview show it."""
        info: dict = {"username": self.name}
        if self.uid:
            info["uid"] = self.uid
        if self.groups:
            info["groups"] = list(self.groups)
        if self.extra:
            info["extra"] = {name: list(values) for name, values in self.extra.items()}
        return info


ANONYMOUS = User("system:anonymous", ("system:unauthenticated",))
ADMIN = User("system:admin", (MASTERS, AUTHENTICATED))


def service_account(namespace: str, name: str, uid: str, extra: Mapping | None = None) -> User:
    """The user that a service account is."""
    return User(
        f"system:serviceaccount:{namespace}:{name}",
        ("system:serviceaccounts", f"system:serviceaccounts:{namespace}", AUTHENTICATED),
        uid,
        extra or {},
    )
