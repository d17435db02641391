"""The labels and annotations that say whose an object of the cluster is.

The spawner writes them (its `labels.py` says the same words), we look for them;
`is_ours` is the only place that decides that something may be deleted at all.
"""

from __future__ import annotations

from dataclasses import dataclass

from workshop_culler.rules.models import ObjectMeta

APP = "app"
CLASS = "class"
USER = "user"
SPAWNER = "spawner"
SESSION = "workshop.jupyter.org/session"
CLASS_SESSION = "session"

REQUESTOR = "spawner/requestor"
NAMESPACE = "spawner/namespace"
DEPLOYMENT = "spawner/deployment"
ACCOUNT = "spawner/account"
POD = "spawner/session"
EXPIRES = "workshop.jupyter.org/expires"
# The latest end that extensions may give a session (the spawner's `session_age_limit`).
EXPIRES_LIMIT = "workshop.jupyter.org/expires-limit"

# Ours alone, the spawner neither writes nor reads them: until when a session was extended,
# and the end that it had at first.
EXTENDED = "workshop.jupyter.org/extended"
FIRST_END = "workshop.jupyter.org/first-expires"

# KubeSpawner's own words for the hub's user and server that a pod belongs to.
USERNAME = "hub.jupyter.org/username"
SERVERNAME = "hub.jupyter.org/servername"

PROTECTED_PREFIXES = ("kube-", "openshift")
PROTECTED = ("default", "openshift", "kube")


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose sessions we clean up after. `requestor` is the full name of the hub's account."""

    application: str
    namespace: str
    requestor: str

    @property
    def deployment(self) -> str:
        """What the spawner writes as its deployment: the application."""
        return self.application

    @property
    def selector(self) -> str:
        """The label selector that every list of ours carries."""
        return f"{APP}={self.application},{CLASS}={CLASS_SESSION}"


def is_protected(namespace: str, owner: Owner) -> bool:
    """Whether a namespace must never be deleted, whatever it is labelled."""
    return namespace in (*PROTECTED, owner.namespace, "") or namespace.startswith(
        PROTECTED_PREFIXES
    )


def why_not_ours(item: ObjectMeta, owner: Owner) -> str:
    """Why a item is not ours to delete, in words; "" if labels and annotations all match."""
    wanted = (
        (item.labels, "label", APP, owner.application),
        (item.labels, "label", CLASS, CLASS_SESSION),
        (item.annotations, "annotation", REQUESTOR, owner.requestor),
        (item.annotations, "annotation", NAMESPACE, owner.namespace),
        (item.annotations, "annotation", DEPLOYMENT, owner.deployment),
    )
    if item.kind == "namespaces" and is_protected(item.name, owner):
        return f"namespace {item.name} is protected"
    for has, what, key, value in wanted:
        if has.get(key) != value:
            return f"{what} {key} is {has.get(key)!r}, not {value!r}"
    return "" if item.labels.get(SESSION) else f"it has no label {SESSION}"


def is_ours(item: ObjectMeta, owner: Owner) -> bool:
    """Whether labels and annotations all say that this item is of a session of ours."""
    return not why_not_ours(item, owner)
