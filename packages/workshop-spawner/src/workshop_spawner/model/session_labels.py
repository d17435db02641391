"""The labels and annotations of what a session owns; their names are in `workshop_kube.labels`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from workshop_kube import labels
from workshop_kube.rules.times import render_time
from workshop_spawner.model import naming
from workshop_spawner.model.session import Hub, Session

_OF_ONE_SESSION = (
    *(labels.POD, labels.ACCOUNT, labels.HUB, labels.EDITION, labels.CAPS),
    *(labels.EXPIRES, labels.EXPIRES_LIMIT),
)


def make_labels(session: Session) -> dict[str, str]:
    """The labels of everything that this session owns."""
    made = {
        labels.APP: session.hub.application,
        labels.CLASS: labels.CLASS_SESSION,
        labels.USER: session.slug,
        labels.SPAWNER: session.hub.mode,
        labels.SESSION: session.id,
    }
    return {**made, labels.WORKSHOP: session.workshop} if session.workshop else made


def make_annotations(session: Session) -> dict[str, str]:
    """The annotations of what this session owns: enough to find its hub, account and pod."""
    annotations = {
        labels.REQUESTOR: session.hub.requestor,
        labels.NAMESPACE: session.hub.namespace,
        labels.DEPLOYMENT: session.hub.application,
        labels.ACCOUNT: session.account,
        labels.POD: session.pod,
        labels.USERNAME: session.user,
    }
    if session.hub.hub_id:
        annotations[labels.HUB] = session.hub.hub_id
    if session.account_name:
        annotations[labels.CHECKOUT] = session.checkout
    if session.server:
        annotations[labels.SERVERNAME] = session.server
    if session.edition:
        annotations[labels.EDITION] = session.edition
    if session.expires:
        annotations[labels.EXPIRES] = render_time(session.expires)
    if session.caps:
        annotations[labels.CAPS] = json.dumps(session.caps)
    if session.limit:
        annotations[labels.EXPIRES_LIMIT] = render_time(session.limit)
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
    own_labels.pop(labels.SESSION, None)
    own_labels.pop(labels.WORKSHOP, None)
    annotations = {k: v for k, v in metadata["annotations"].items() if k not in _OF_ONE_SESSION}
    if was := session.lasting:
        # It keeps saying what it said when it was made, whatever user and workshop are called now.
        own_labels[labels.APP] = was.application
        own_labels[labels.USER] = naming.make_slug(was.user, was.server)
        annotations.pop(labels.SERVERNAME, None)
        annotations |= {labels.DEPLOYMENT: was.application, labels.USERNAME: was.user}
        annotations |= {labels.SERVERNAME: was.server} if was.server else {}
    metadata["labels"] = {**own_labels, labels.CLASS: labels.CLASS_PROJECT}
    metadata["annotations"] = annotations
    return {**manifest, "metadata": metadata}


def make_user_selector(session: Session) -> str:
    """Select what any session of this user and server owns."""
    return labels.make_selector(
        {
            labels.APP: session.hub.application,
            labels.CLASS: labels.CLASS_SESSION,
            labels.USER: session.slug,
        }
    )


def make_description(metadata: Mapping[str, Any]) -> str:
    """What a requested project says of itself, as it cannot be labelled when it is requested."""
    own_labels = metadata["labels"]
    user, application = own_labels[labels.USER], own_labels[labels.APP]
    return f"{own_labels.get(labels.SESSION, 'lasting')} of {user} in {application}"


def is_requested(metadata: Mapping[str, Any], session: Session, *, temporary: bool = False) -> bool:
    """Whether a project was requested by this hub for a session of this user and server.

    Where projects are `temporary` the requester and the name are enough: its admin may have
    written another description, but cannot change those.
    """
    annotations = metadata.get("annotations") or {}
    name, described = metadata.get("name", ""), annotations.get(labels.DESCRIPTION, "")
    if annotations.get(labels.REQUESTER) != session.hub.requestor or labels.is_protected(
        name, session.hub.namespace
    ):
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
    one_of_a_session = annotations.get(labels.DESCRIPTION, "").endswith(
        mine.removeprefix("lasting")
    )
    return (
        labels.SESSION not in wanted["labels"]
        and annotations.get(labels.REQUESTER) == wanted["annotations"][labels.REQUESTOR]
        and not one_of_a_session
    )


def is_ours(metadata: Mapping[str, Any], hub: Hub) -> bool:
    """Whether a session of this hub made the object: labels *and* annotations say so.

    Never true of the namespaces `default`, `kube-*`, `openshift*` and the hub's own.
    """
    is_namespace = not metadata.get("namespace")
    return labels.is_ours(metadata, hub.owner, is_namespace=is_namespace)
