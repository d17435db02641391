"""A session's service account, its Secret, and who may do what in its project.

Pure makers of manifests. Called by plan.py.
"""

import base64
from collections.abc import Mapping
from typing import Any

from workshop_spawner import labels
from workshop_spawner.session import Session

RBAC = "rbac.authorization.k8s.io"


def make_account(session: Session) -> dict[str, Any]:
    """The service account. It mounts no token unless the pod asks for one."""
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": labels.make_metadata(session, session.account, session.hub.namespace),
        "automountServiceAccountToken": False,
    }


def make_secret(session: Session, values: Mapping[str, str]) -> dict[str, Any]:
    """The Secret with what the pod is told in confidence (`values`: plain text by key)."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": labels.make_metadata(session, session.secret, session.hub.namespace),
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
        "metadata": labels.make_metadata(session, name, project or session.project),
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": role},
        "subjects": [dict(subject)],
    }


def make_session_subject(session: Session, by_user: bool = False) -> dict[str, str]:
    """Who acts in the session as a subject of bindings: its account, or the user in person."""
    if by_user:
        return {"apiGroup": RBAC, "kind": "User", "name": session.user}
    return {
        "kind": "ServiceAccount",
        "name": session.account,
        "namespace": session.hub.namespace,
    }


def make_hub_subject(session: Session) -> dict[str, str]:
    """The hub's account as a subject of bindings: an account, or a user outside the cluster."""
    prefix, _, rest = session.hub.requestor.partition("system:serviceaccount:")
    if not prefix and rest:
        namespace, _, name = rest.partition(":")
        return {"kind": "ServiceAccount", "name": name, "namespace": namespace}
    return {"apiGroup": RBAC, "kind": "User", "name": session.hub.requestor}


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
