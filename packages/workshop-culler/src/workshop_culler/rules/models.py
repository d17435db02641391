"""The values that all rules are about: servers, users, cluster objects, verdicts.

Frozen, without I/O; made once at the edge by `make_user` (a hub's user model) and by `make_meta`
(an object of the cluster). Times are aware datetimes, spans are seconds.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workshop_culler.rules import kinds
from workshop_kube.rules.times import find_time


class Action(enum.StrEnum):
    """What a verdict asks for."""

    KEEP = "keep"
    STOP = "stop"
    DELETE = "delete"
    UNSTICK = "unstick"


@dataclass(frozen=True, slots=True)
class CullVerdict:
    """What is to be done with one thing, why in words, by which rule, and when it is due."""

    action: Action
    reason: str
    rule: str = ""
    due: datetime | None = None

    @property
    def acts(self) -> bool:
        """Whether something is to be done now."""
        return self.action is not Action.KEEP


def keep(reason: str, due: datetime | None = None) -> CullVerdict:
    """A verdict that does nothing."""
    return CullVerdict(Action.KEEP, reason, due=due)


# What WorkshopSpawner may ask people for, in the order in which it is shown.
DETAILS = ("name", "email")


def _read_mapping(model: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """A mapping in a model; an empty one for what is none."""
    found = model.get(key)
    return found if isinstance(found, Mapping) else {}


@dataclass(frozen=True, slots=True)
class Server:
    """One server of a user.

    `name` is "" for the default one, `pending` spawn, stop, check or ""; `title` is what the
    person calls themselves, where the authenticator asked.
    """

    user: str
    name: str = ""
    started: datetime | None = None
    last_activity: datetime | None = None
    pending: str = ""
    ready: bool = True
    admin: bool = False
    groups: frozenset[str] = frozenset()
    labels: Mapping[str, str] = field(default_factory=dict)
    model: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from all other servers of the hub."""
        return (self.user, self.name)

    @property
    def profile(self) -> str:
        """The profile it was started with (KubeSpawner's `profile` option), or ""."""
        options = self.model.get("user_options") or {}
        state = self.model.get("state") or {}
        return str(options.get("profile") or state.get("profile_name") or "")

    @property
    def workshop(self) -> str:
        """The workshop that WorkshopSpawner started, of a hub that offers several, or ""."""
        return str(_read_mapping(self.model, "user_options").get("workshop") or "")

    @property
    def details(self) -> dict[str, str]:
        """What the person said of themselves before the start: `name`, `email`, as far as asked."""
        told = _read_mapping(_read_mapping(self.model, "user_options"), "details")
        return {kind: str(told[kind]) for kind in DETAILS if told.get(kind)}

    @property
    def pod_name(self) -> str:
        """The pod that it runs in, "" where the hub does not say (scope admin:server_state)."""
        return str((self.model.get("state") or {}).get("pod_name") or "")

    def __str__(self) -> str:
        return f"{self.user}/{self.name}" if self.name else self.user


@dataclass(frozen=True, slots=True)
class User:
    """One user of the hub, with the servers that are active (pending ones too).

    `servers` is None when the hub did not say (the scope read:servers is missing),
    `created` when it may not be read (read:users).
    """

    name: str
    admin: bool = False
    groups: frozenset[str] = frozenset()
    created: datetime | None = None
    last_activity: datetime | None = None
    servers: tuple[Server, ...] | None = ()


class Presence(enum.StrEnum):
    """What the hub or the cluster firmly says of something; anything else is unknown."""

    LIVE = "live"
    REPLACED = "replaced"
    STOPPED = "stopped"
    GONE = "gone"
    UNKNOWN = "unknown"
    MAYBE_RENAMED = "maybe renamed"


@dataclass(frozen=True, slots=True)
class ObjectMeta:
    """An object of the cluster, as far as it matters here."""

    kind: str
    name: str
    namespace: str = ""
    uid: str = ""
    version: str = ""
    created: datetime | None = None
    deleting: datetime | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    finalizers: tuple[str, ...] = ()
    api_version: str = "v1"

    @property
    def is_project(self) -> bool:
        """Whether it is a namespace."""
        return self.kind == kinds.PROJECT.kind

    @property
    def metadata(self) -> dict[str, Any]:
        """What tells whose it is, as `workshop_kube.labels` reads it."""
        return {"name": self.name, "labels": self.labels, "annotations": self.annotations}

    @property
    def reference(self) -> dict[str, Any]:
        """What names exactly this object, at this version, to the cluster."""
        metadata = {"name": self.name, "namespace": self.namespace}
        metadata |= {"uid": self.uid, "resourceVersion": self.version}
        return {"apiVersion": self.api_version, "kind": self.kind, "metadata": metadata}

    def __str__(self) -> str:
        parts = (self.kind.lower(), self.namespace, self.name)
        return "/".join(part for part in parts if part)


def make_meta(document: Mapping[str, Any]) -> ObjectMeta:
    """What matters of an object of the cluster."""
    metadata = document["metadata"]
    return ObjectMeta(
        kind=document["kind"],
        name=metadata["name"],
        namespace=metadata.get("namespace") or "",
        uid=metadata.get("uid") or "",
        version=metadata.get("resourceVersion") or "",
        created=find_time(metadata.get("creationTimestamp")),
        deleting=find_time(metadata.get("deletionTimestamp")),
        labels=metadata.get("labels") or {},
        annotations=metadata.get("annotations") or {},
        finalizers=tuple(metadata.get("finalizers") or ()),
        api_version=document["apiVersion"],
    )


def make_user(model: Mapping[str, Any]) -> User:
    """A user from the hub's model of one, groups and the admin mark copied onto the servers."""
    name = str(model["name"])
    admin = bool(model.get("admin"))
    groups = frozenset(model.get("groups") or ())
    servers = model.get("servers")
    if servers is not None:
        title = str((model.get("user_info") or {}).get("name") or "")
        servers = tuple(make_server(name, s, admin, groups, title) for s in servers.values())
    return User(
        name=name,
        admin=admin,
        groups=groups,
        created=find_time(model.get("created")),
        last_activity=find_time(model.get("last_activity")),
        servers=servers,
    )


def make_server(
    user: str,
    model: Mapping[str, Any],
    admin: bool = False,
    groups: frozenset[str] = frozenset(),
    title: str = "",
) -> Server:
    """A server from the hub's model of one."""
    return Server(
        user=user,
        name=str(model.get("name") or ""),
        started=find_time(model.get("started")),
        last_activity=find_time(model.get("last_activity")),
        pending=str(model.get("pending") or ""),
        ready=bool(model.get("ready", model.get("url"))),
        admin=admin,
        groups=groups,
        model=model,
        title=title,
    )
