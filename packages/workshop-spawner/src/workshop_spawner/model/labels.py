"""The labels and annotations we write, and the test of what is ours.

The culler's labels.py says the same thing; a test of the whole repository holds them equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workshop_spawner.model.session import Hub, Session, render_time

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
EXPIRES_LIMIT = "workshop.jupyter.org/expires-limit"
CHECKOUT = "workshop.jupyter.org/claim"
USERNAME = "hub.jupyter.org/username"
SERVERNAME = "hub.jupyter.org/servername"

DESCRIPTION = "openshift.io/description"
REQUESTER = "openshift.io/requester"

_OF_ONE_SESSION = (POD, ACCOUNT, EXPIRES, EXPIRES_LIMIT)

CLASS_SESSION = "session"
CLASS_PROJECT = "project"
CLASS_HOME = "home"


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
    if session.account_name:
        annotations[CHECKOUT] = session.checkout
    if session.server:
        annotations[SERVERNAME] = session.server
    if session.expires:
        annotations[EXPIRES] = render_time(session.expires)
    if session.limit:
        annotations[EXPIRES_LIMIT] = render_time(session.limit)
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


def make_lasting(manifest: Mapping[str, Any], session: Session) -> dict[str, Any]:
    """The same object for a project that outlives its sessions: the user's, of no one session.

    Its class is `project`, so that nobody takes it for what a dead session has left behind.
    """
    metadata = dict(manifest["metadata"])
    own_labels = dict(metadata["labels"])
    own_labels.pop(SESSION, None)
    annotations = {k: v for k, v in metadata["annotations"].items() if k not in _OF_ONE_SESSION}
    metadata["labels"] = {**own_labels, CLASS: CLASS_PROJECT}
    metadata["annotations"] = annotations
    return {**manifest, "metadata": metadata}


def make_selector(**labels: str) -> str:
    """Render labels as a selector of the API."""
    return ",".join(f"{key}={value}" for key, value in labels.items())


def make_user_selector(session: Session) -> str:
    """Select what any session of this user and server owns."""
    return make_selector(**{APP: session.hub.application, CLASS: CLASS_SESSION, USER: session.slug})


def is_of_session(metadata: Mapping[str, Any], session_id: str) -> bool:
    """Whether an object was made by this very session.

    A requested project says so in its description until it has its labels: the id is random, so
    nobody else's description has it.
    """
    if not session_id:
        return False
    described = (metadata.get("annotations") or {}).get(DESCRIPTION, "")
    return (metadata.get("labels") or {}).get(SESSION) == session_id or (
        f"{session_id} " in described
    )


def make_description(metadata: Mapping[str, Any]) -> str:
    """What a requested project says of itself, as it cannot be labelled when it is requested."""
    own_labels = metadata["labels"]
    return f"{own_labels.get(SESSION, 'lasting')} of {own_labels[USER]} in {own_labels[APP]}"


def is_requested(metadata: Mapping[str, Any], session: Session, *, temporary: bool = False) -> bool:
    """Whether a project was requested by this hub for a session of this user and server.

    Where projects are `temporary` the requester and the name are enough: its admin may have
    written another description, but cannot change those.
    """
    annotations = metadata.get("annotations") or {}
    name, described = metadata.get("name", ""), annotations.get(DESCRIPTION, "")
    if annotations.get(REQUESTER) != session.hub.requestor or is_protected(name, session.hub):
        return False
    first, _, rest = described.partition(" of ")
    says_so = rest == f"{session.slug} in {session.hub.application}"
    return (temporary and name == session.project) or (first not in ("", "lasting") and says_so)


def is_lasting_request(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether a project of the wanted name is the user's lasting one, requested by this hub.

    Its description may be another by now, as its admin may change it; not that of a session.
    """
    annotations = found.get("annotations") or {}
    mine = make_description(wanted)
    one_of_a_session = annotations.get(DESCRIPTION, "").endswith(mine.removeprefix("lasting"))
    return (
        SESSION not in wanted["labels"]
        and annotations.get(REQUESTER) == wanted["annotations"][REQUESTOR]
        and not one_of_a_session
    )


def is_same_owner(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether an object that exists is the one that is wanted, and not only called like it.

    Of a session: made by this very session. Lasting: made by this hub for this user.
    """
    own_labels, annotations = found.get("labels") or {}, found.get("annotations") or {}
    if wanted["labels"].get(SESSION):
        return is_of_session(found, wanted["labels"][SESSION])
    return (
        is_of_user(found, wanted)
        and all(own_labels.get(key) == wanted["labels"].get(key) for key in (APP, CLASS, USER))
        and all(
            annotations.get(key) == wanted["annotations"].get(key)
            for key in (REQUESTOR, NAMESPACE, DEPLOYMENT)
        )
    )


def is_of_user(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether an object names the same user and server, or nobody.

    A label has a hash of 40 bits for names that are no labels. Who may choose the name of a user
    or a server can find another one with the same hash, so the names themselves are compared.
    """
    annotations, others = found.get("annotations") or {}, wanted.get("annotations") or {}
    return USERNAME not in annotations or all(
        (annotations.get(key) or "") == (others.get(key) or "") for key in (USERNAME, SERVERNAME)
    )


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
