"""Who somebody is by their user document, whether they may enter, and whether as an admin.

A rule about who may enter belongs here.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

from openshift_authenticator import errors

# Characters in JupyterHub's column for names.
LONGEST_NAME = 255


@dataclass(frozen=True)
class ClusterUser:
    """Who came: the cluster's name and UID for them, and the groups that people made."""

    name: str
    uid: str = ""
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True)
class AccessAnswers:
    """What the access reviews said: is any of the listed things allowed?"""

    enter: bool = False
    administer: bool = False


@dataclass(frozen=True)
class Rules:
    """The settings on who may enter and who is admin. Names are the hub's, after the map."""

    allow_all: bool = False
    allowed_users: frozenset[str] = frozenset()
    blocked_users: frozenset[str] = frozenset()
    admin_users: frozenset[str] = frozenset()
    allowed_groups: frozenset[str] = frozenset()
    admin_groups: frozenset[str] = frozenset()
    admin_by_access: bool = False


@dataclass(frozen=True)
class EntryVerdict:
    """The verdict: `admin` is None where no rule speaks, so that the hub's own mark stays."""

    allowed: bool
    admin: bool | None
    why: str


def read_user(document: dict[str, Any]) -> ClusterUser:
    """Read a user document of user.openshift.io/v1; raises BadDocumentError if it names nobody."""
    metadata = document.get("metadata")
    if not isinstance(metadata, dict):
        metadata = {}
    name = metadata.get("name")
    if not isinstance(name, str) or not name:
        raise errors.BadDocumentError("The cluster answered a user document that names nobody.")
    uid = metadata.get("uid")
    return ClusterUser(
        name, uid if isinstance(uid, str) else "", _read_groups(document.get("groups"))
    )


def _read_groups(groups: object) -> frozenset[str]:
    # null for somebody in no group; system:authenticated and its like are the server's own.
    if not isinstance(groups, list):
        return frozenset()
    return frozenset(
        group
        for group in groups
        if isinstance(group, str)
        and group
        and not group.startswith("system:")
        and len(group) <= LONGEST_NAME
    )


def problem_with_name(name: str) -> str | None:
    """Why the hub cannot have a user of this name; None if it can.

    Names are kept as the cluster spells them, so that two people never become one.
    """
    if len(name) > LONGEST_NAME:
        return f"the name is longer than {LONGEST_NAME} characters"
    if name != name.strip():
        return "the name begins or ends with a space"
    if name.startswith("system:"):
        return "names that begin with system: belong to the cluster itself"
    if "/" in name or "%" in name or set(name) == {"."}:
        return "the name cannot be part of an address"
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in name):
        return "the name holds a control character"
    return None


def decide_entry(person: ClusterUser, rights: AccessAnswers, rules: Rules) -> EntryVerdict:
    """May this person enter, and as an admin? The first rule that lets them in is named."""
    if person.name in rules.blocked_users:
        return EntryVerdict(False, None, "blocked_users names them")
    admin = _decide_admin(person, rights, rules)
    for why, holds in (
        ("they are an admin", admin is True),
        ("allow_all lets everybody in", rules.allow_all),
        ("allowed_users names them", person.name in rules.allowed_users),
        ("allowed_groups names a group of theirs", bool(person.groups & rules.allowed_groups)),
        ("allowed_access: they may do that in the cluster", rights.enter),
    ):
        if holds:
            return EntryVerdict(True, admin, why)
    return EntryVerdict(False, admin, "no rule lets them in")


def _decide_admin(person: ClusterUser, rights: AccessAnswers, rules: Rules) -> bool | None:
    if person.name in rules.admin_users or person.groups & rules.admin_groups:
        return True
    if rules.admin_by_access and rights.administer:
        return True
    return False if rules.admin_groups or rules.admin_by_access else None


def is_same_person(known_uid: str, uid: str) -> bool:
    """Is the account with `uid` the one that the hub knows by this name?

    A hub that never learnt a UID takes the one it sees. A UID that changed, or that is suddenly
    missing, means that somebody else may have been given the name.
    """
    return not known_uid or known_uid == uid
