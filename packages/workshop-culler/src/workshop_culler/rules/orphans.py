"""Is this object of the cluster left over from a dead session?

An object goes only if it is ours by labels and annotations, the hub firmly has no such session,
the session's pod is firmly gone, and it is older than the grace period on the cluster's own clock.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from workshop_culler.rules import kinds
from workshop_culler.rules.models import (
    Action,
    CullVerdict,
    ObjectMeta,
    Presence,
    Server,
    User,
    keep,
)
from workshop_culler.rules.times import span
from workshop_kube import labels


@dataclass(frozen=True, slots=True)
class SessionRef:
    """Which session a item says it belongs to: a hub's user and server, and a pod."""

    user: str = ""
    server: str = ""
    pod: str = ""
    session: str = ""


def find_session_ref(item: ObjectMeta) -> SessionRef:
    """Read the ref from a item's annotations and labels; empty parts are not said.

    A pod is its own pod. The hub's user name is never guessed from a safe name.
    """
    notes = item.annotations
    return SessionRef(
        user=notes.get(labels.USERNAME, ""),
        server=notes.get(labels.SERVERNAME, ""),
        pod=item.name if item.kind == kinds.POD.kind else notes.get(labels.POD, ""),
        session=item.labels.get(labels.SESSION, ""),
    )


def find_presence(ref: SessionRef, user: User | None) -> Presence:
    """What the hub's firm answer about the claimed user means for the claimed server.

    `user` is None after a firm 404. A server counts as live while it starts or stops.
    """
    if not ref.user:
        return Presence.UNKNOWN
    if user is None:
        return Presence.GONE
    if user.servers is None:
        return Presence.UNKNOWN
    live = any(server.name == ref.server for server in user.servers)
    return Presence.LIVE if live else Presence.STOPPED


def find_strays(servers: Iterable[Server], placed: Container[tuple[str, str]]) -> list[Server]:
    """The hub's servers of which nobody knows the pod: one that does not name them.

    `placed` are the users and servers that pods name. A server whose user (or which itself) was
    renamed runs on in a pod with the old name; so does one that is only just starting.
    """
    return [server for server in servers if server.key not in placed and not server.pod_name]


def doubt_presence(hub: Presence, pod: Presence, strays: Sequence[Server]) -> Presence:
    """What the hub says of a session whose pod may be there, while some server has none.

    That the name is gone proves nothing then: the session may live on under another one.
    """
    is_over = hub in (Presence.GONE, Presence.STOPPED)
    return Presence.MAYBE_RENAMED if is_over and pod is not Presence.GONE and strays else hub


def is_replaced(ref: SessionRef, server: Server, pod: ObjectMeta) -> bool:
    """Whether a live server's pod is firmly of a later session than the claimed one.

    Not while it starts or stops: then the pod may be the old session's.
    """
    session = pod.labels.get(labels.SESSION)
    settled = server.ready and not server.pending and not pod.deleting
    return bool(settled and ref.session and session and session != ref.session)


@dataclass(frozen=True, slots=True)
class Rules:
    """How long dead items are left alone, in seconds, and whether volumes go too."""

    grace: float = 90
    stuck: float = 600
    volumes: bool = False


def decide_orphan(
    item: ObjectMeta, owner: labels.Owner, hub: Presence, pod: Presence, now: datetime, rules: Rules
) -> CullVerdict:
    """Delete or keep one item. `now` is the cluster's time, not ours."""
    if problem := labels.problem_with_owner(item.metadata, owner, is_namespace=item.is_project):
        return keep(f"not ours: {problem}")
    if item.deleting:
        return _decide_stuck(item, item.deleting, now, rules)
    if hub is Presence.LIVE:
        return keep("its session is live")
    if hub is Presence.UNKNOWN:
        return keep("the hub did not say firmly that its session is over")
    if hub is Presence.MAYBE_RENAMED:
        return keep("a server of the hub runs in no pod that names it: it may be this one, renamed")
    if item.kind == kinds.VOLUME.kind and not rules.volumes:
        return keep("volumes are kept (cull_volumes is off)")
    if item.kind != kinds.POD.kind and pod is not Presence.GONE:
        return keep("its pod is still there" if pod is Presence.LIVE else "its pod may be there")
    if item.created is None:
        return keep("the cluster does not say how old it is")
    grown = item.created + timedelta(seconds=rules.grace)
    if now < grown:
        return keep(f"within the grace period for {span(grown - now)}", grown)
    return CullVerdict(Action.DELETE, f"{WHY[hub]}, {span(now - item.created)} old", "orphan", now)


WHY = {
    Presence.GONE: "its user is gone",
    Presence.STOPPED: "its server is stopped",
    Presence.REPLACED: "its server runs on with a later session",
}


def _decide_stuck(item: ObjectMeta, since: datetime, now: datetime, rules: Rules) -> CullVerdict:
    if not item.is_project or not rules.stuck:
        return keep("is being deleted already")
    limit = since + timedelta(seconds=rules.stuck)
    if now < limit:
        return keep("is being deleted already", limit)
    return CullVerdict(Action.UNSTICK, f"terminating for {span(now - since)}", "stuck", limit)


def decide_finalizers(item: ObjectMeta) -> CullVerdict:
    """Free or keep one object inside a stuck project of ours: only if it waits to be deleted."""
    if not item.deleting:
        return keep("nobody has asked to delete it")
    if not item.finalizers:
        return keep("has no finalizers")
    names = ", ".join(item.finalizers)
    return CullVerdict(Action.UNSTICK, f"held by {names}", "stuck")
