"""The labels and annotations that say whose an object of the cluster is.

The spawner writes them, the culler finds what a session left by them; nobody else names them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Labels of all that a session owns.
APP = "app"
CLASS = "class"
USER = "user"
SPAWNER = "spawner"
SESSION = "workshop.jupyter.org/session"
# Of a hub that offers several: which one.
WORKSHOP = "workshop.jupyter.org/workshop"

CLASS_SESSION = "session"
CLASS_PROJECT = "project"
CLASS_HOME = "home"

# Annotations of its project and account.
REQUESTOR = "spawner/requestor"
NAMESPACE = "spawner/namespace"
DEPLOYMENT = "spawner/deployment"
ACCOUNT = "spawner/account"
POD = "spawner/session"
HUB = "workshop.jupyter.org/hub"
# In which state of its settings a session's workshop was when it started.
EDITION = "workshop.jupyter.org/edition"
EXPIRES = "workshop.jupyter.org/expires"
# The latest end that extensions may give a session.
EXPIRES_LIMIT = "workshop.jupyter.org/expires-limit"
# Until when a session was extended, and the end that it had at first.
EXTENDED = "workshop.jupyter.org/extended"
FIRST_END = "workshop.jupyter.org/first-expires"
# The owner reference of an object of another namespace.
CHECKOUT = "workshop.jupyter.org/claim"
# Of a session that waits for its visitor.
READY = "workshop.jupyter.org/ready"
RECIPE = "workshop.jupyter.org/recipe"
# Before a user's (and server's) safe name: of a hub's Lease, what is theirs under another name.
LASTING = "lasting.workshop.jupyter.org/"
# Of a hub's Lease: the places that were asked for ahead of a class.
PRESTART = "workshop.jupyter.org/prestart"

# Which limits of profiles and groups a session counts towards, as a JSON list.
CAPS = "workshop.jupyter.org/caps"

# KubeSpawner's own words for the hub's user and server that a pod belongs to.
USERNAME = "hub.jupyter.org/username"
SERVERNAME = "hub.jupyter.org/servername"

# OpenShift's.
DESCRIPTION = "openshift.io/description"
REQUESTER = "openshift.io/requester"

PROTECTED = ("", "default", "kube", "openshift")
PROTECTED_PREFIXES = ("kube-", "openshift")


@dataclass(frozen=True, slots=True)
class Owner:
    """Which hub's sessions are meant.

    `requestor` is the full name of the hub's account. `hub` tells it from another hub of the same
    application, namespace and account; where it is "", or an object does not say, the rest decides.
    """

    application: str
    namespace: str
    requestor: str
    hub: str = ""

    @property
    def selector(self) -> str:
        """The label selector of all that sessions of this hub own."""
        return make_selector({APP: self.application, CLASS: CLASS_SESSION})


def make_selector(labels: Mapping[str, str]) -> str:
    """Render labels as a selector of the API."""
    return ",".join(f"{key}={value}" for key, value in labels.items())


def is_protected(namespace: str, own: str = "") -> bool:
    """Whether a namespace must never be deleted, whatever it is labelled; `own` is the hub's."""
    return namespace in (*PROTECTED, own) or namespace.startswith(PROTECTED_PREFIXES)


def problem_with_owner(
    metadata: Mapping[str, Any], owner: Owner, *, is_namespace: bool = False
) -> str | None:
    """Why an object is not of a session of this hub; None if labels and annotations say it is."""
    name = metadata.get("name", "")
    if is_namespace and is_protected(name, owner.namespace):
        return f"namespace {name} is protected"
    labels, annotations = _both(metadata)
    wanted = (
        (labels, "label", APP, owner.application),
        (labels, "label", CLASS, CLASS_SESSION),
        (annotations, "annotation", REQUESTOR, owner.requestor),
        (annotations, "annotation", NAMESPACE, owner.namespace),
        (annotations, "annotation", DEPLOYMENT, owner.application),
    )
    for found, what, key, value in wanted:
        if found.get(key) != value:
            return f"{what} {key} is {found.get(key)!r}, not {value!r}"
    if owner.hub and annotations.get(HUB, owner.hub) != owner.hub:
        return f"it is of another hub: annotation {HUB} is {annotations[HUB]!r}, not {owner.hub!r}"
    return None if labels.get(SESSION) else f"it has no label {SESSION}"


def is_ours(metadata: Mapping[str, Any], owner: Owner, *, is_namespace: bool = False) -> bool:
    """Whether labels *and* annotations say that an object is of a session of this hub."""
    return problem_with_owner(metadata, owner, is_namespace=is_namespace) is None


def is_of_session(metadata: Mapping[str, Any], session_id: str) -> bool:
    """Whether an object was made by this very session.

    A requested project says so in its description until it has its labels: the id is random, so
    nobody else's description has it.
    """
    if not session_id:
        return False
    labels, annotations = _both(metadata)
    return labels.get(SESSION) == session_id or f"{session_id} " in annotations.get(DESCRIPTION, "")


def is_of_user(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether an object names the same user and server, or nobody.

    The label of a user may be a hash of 40 bits. Who may choose a name can find another one with
    the same hash, so the names themselves are compared.
    """
    _, notes = _both(found)
    _, others = _both(wanted)
    return USERNAME not in notes or all(
        (notes.get(key) or "") == (others.get(key) or "") for key in (USERNAME, SERVERNAME)
    )


def is_same_owner(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether an object that exists is the one that is wanted, and not only called like it.

    Of a session: made by this very session. Lasting: made by this hub for this user.
    """
    labels, annotations = _both(wanted)
    if labels.get(SESSION):
        return is_of_session(found, labels[SESSION])
    has_labels, has_annotations = _both(found)
    return (
        is_of_user(found, wanted)
        and all(has_labels.get(key) == labels.get(key) for key in (APP, CLASS, USER))
        and all(
            has_annotations.get(key) == annotations.get(key)
            for key in (REQUESTOR, NAMESPACE, DEPLOYMENT)
        )
    )


def _both(metadata: Mapping[str, Any]) -> tuple[Mapping[str, str], Mapping[str, str]]:
    return metadata.get("labels") or {}, metadata.get("annotations") or {}
