"""A session's service account, its Secret, and who may do what in its project."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from workshop_spawner.model import session_labels
from workshop_spawner.model.session import Session

RBAC = "rbac.authorization.k8s.io"
_ACCOUNTS = "system:serviceaccount:"


def make_account(session: Session) -> dict[str, Any]:
    """The service account. It mounts no token unless the pod asks for one."""
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": session_labels.make_metadata(session, session.account, session.hub.namespace),
        "automountServiceAccountToken": False,
    }


def make_secret(session: Session, values: Mapping[str, str]) -> dict[str, Any]:
    """The Secret with what the pod is told in confidence (`values`: plain text by key)."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": session_labels.make_metadata(session, session.secret, session.hub.namespace),
        "type": "Opaque",
        "data": {key: base64.b64encode(text.encode()).decode() for key, text in values.items()},
    }


def make_binding(
    session: Session, name: str, role: str, subject: Mapping[str, str], project: str = ""
) -> dict[str, Any]:
    """Bind `subject` to the ClusterRole `role` inside the project."""
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": session_labels.make_metadata(session, name, project or session.project),
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": role},
        "subjects": [dict(subject)],
    }


def make_session_subject(session: Session, by_user: bool = False) -> dict[str, str]:
    """Who acts in the session as a subject of bindings: its account, or whose token it has."""
    if by_user and not session.token_owner:
        raise ValueError("Rights for a user take the name of the token's owner.")
    return make_subject(session.token_owner if by_user else make_account_name(session))


def make_account_name(session: Session) -> str:
    """The name of the session's account in full, as the cluster calls who has its token."""
    return f"{_ACCOUNTS}{session.hub.namespace}:{session.account}"


def make_subject(name: str) -> dict[str, str]:
    """Who the cluster calls so, as a subject of bindings: a service account, or a user."""
    namespace, colon, account = name.removeprefix(_ACCOUNTS).partition(":")
    if name.startswith(_ACCOUNTS) and colon:
        return {"kind": "ServiceAccount", "name": account, "namespace": namespace}
    return {"apiGroup": RBAC, "kind": "User", "name": name}


def read_user(document: object) -> str:
    """The name in the document of a user, as `users/~` answers it; empty where there is none."""
    metadata = document.get("metadata") if isinstance(document, Mapping) else None
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    return name if isinstance(name, str) else ""


def make_owner(account: Mapping[str, Any]) -> dict[str, Any]:
    """An owner reference to the account as the API returned it: what it owns goes with it."""
    metadata = account["metadata"]
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": False,
        "blockOwnerDeletion": False,
    }
