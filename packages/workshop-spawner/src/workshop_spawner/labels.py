"""The labels and annotations we write, and the test of what is ours.

Pure. The culler's labels.py says the same thing; a test of the whole repository holds them equal.
"""

from collections.abc import Mapping
from typing import Any

from .session import Hub, Session, render_time

APP = "app"
CLASS = "class"
USER = "user"
SPAWNER = "spawner"
SESSION = "workshop.jupyter.org/session"

REQUESTOR = "spawner/requestor"
NAMESPACE = "spawner/namespace"
DEPLOYMENT = "spawner/deployment"
ACCOUNT = "spawner/account"
POD = "spawner/session"
EXPIRES = "workshop.jupyter.org/expires"
USERNAME = "hub.jupyter.org/username"
SERVERNAME = "hub.jupyter.org/servername"

CLASS_SESSION = "session"


def make_labels(session: Session) -> dict[str, str]:
    """The labels of everything that this session owns."""
    return {
        APP: session.hub.application,
        CLASS: CLASS_SESSION,
        USER: session.slug,
        SPAWNER: session.hub.mode,
        SESSION: session.id,
    }


def make_annotations(session: Session) -> dict[str, str]:
    """The annotations of what this session owns: enough to find its hub, account and pod."""
    annotations = {
        REQUESTOR: session.hub.requestor,
        NAMESPACE: session.hub.namespace,
        DEPLOYMENT: session.hub.application,
        ACCOUNT: session.account,
        POD: session.pod,
        USERNAME: session.user,
    }
    if session.server:
        annotations[SERVERNAME] = session.server
    if session.expires:
        annotations[EXPIRES] = render_time(session.expires)
    return annotations


def make_metadata(session: Session, name: str, namespace: str = "") -> dict[str, Any]:
    """The metadata of an object of this session."""
    place = {"namespace": namespace} if namespace else {}
    return {
        "name": name,
        **place,
        "labels": make_labels(session),
        "annotations": make_annotations(session),
    }


def make_selector(**labels: str) -> str:
    """Render labels as a selector of the API."""
    return ",".join(f"{key}={value}" for key, value in labels.items())


def make_user_selector(session: Session) -> str:
    """Select what any session of this user and server owns."""
    return make_selector(**{APP: session.hub.application, CLASS: CLASS_SESSION, USER: session.slug})


def is_of_session(metadata: Mapping[str, Any], session_id: str) -> bool:
    """Whether an object was made by this very session."""
    return bool(session_id) and (metadata.get("labels") or {}).get(SESSION) == session_id


def is_ours(metadata: Mapping[str, Any], hub: Hub) -> bool:
    """Whether a session of this hub made the object: labels *and* annotations say so.

    Never true of the namespaces `default`, `kube-*`, `openshift*` and the hub's own.
    """
    labels = metadata.get("labels") or {}
    annotations = metadata.get("annotations") or {}
    return (
        not (_is_cluster_scoped(metadata) and is_protected(metadata.get("name", ""), hub))
        and labels.get(APP) == hub.application
        and labels.get(CLASS) == CLASS_SESSION
        and bool(labels.get(SESSION))
        and annotations.get(REQUESTOR) == hub.requestor
        and annotations.get(NAMESPACE) == hub.namespace
        and annotations.get(DEPLOYMENT) == hub.application
    )


def _is_cluster_scoped(metadata: Mapping[str, Any]) -> bool:
    return not metadata.get("namespace")


def is_protected(name: str, hub: Hub) -> bool:
    """Whether no namespace of this name is ever taken for a session's project."""
    return name in ("", "default", hub.namespace) or name.startswith(("kube-", "openshift"))
