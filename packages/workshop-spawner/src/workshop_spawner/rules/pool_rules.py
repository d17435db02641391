"""A pool of sessions that are ready but for their visitor: what each one's state means.

The truth is on the account of a reserved session: its class says whether it is still to be had, an
annotation whether it is complete, another by which fingerprint.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from workshop_kube import labels
from workshop_spawner.model import naming, session_labels
from workshop_spawner.model.session import Hub, Session
from workshop_spawner.rules.plan import Step

CLASS_POOL = "reserve"
READY, FINGERPRINT = labels.READY, labels.RECIPE
_OF_A_VISITOR = (
    labels.POD,
    labels.USERNAME,
    labels.SERVERNAME,
    labels.EXPIRES,
    labels.EXPIRES_LIMIT,
    labels.CHECKOUT,
    labels.CAPS,
)
# An incomplete one of this age was left by a hub that died.
UNFINISHED = timedelta(minutes=5)


@dataclass(frozen=True)
class PoolState:
    """The accounts of the pool, sorted out."""

    ready: tuple[Mapping[str, Any], ...]
    growing: tuple[Mapping[str, Any], ...]
    stale: tuple[Mapping[str, Any], ...]


def make_session(hub: Hub) -> Session:
    """A session for nobody yet; its names are as random as a visitor's."""
    return Session(hub, naming.make_random(16), naming.make_random(10))


def make_sample(hub: Hub) -> Session:
    """A session that stands for any other, to make fingerprints of."""
    return Session(hub, "s" * 16, "u" * 10)


def make_fingerprint(plan: Iterable[Step], session: Session) -> str:
    """Tell plans apart but for whose they are: a changed setting is another fingerprint."""
    text = json.dumps([(step.name, step.manifests) for step in plan], sort_keys=True, default=str)
    for name in (session.id, session.user):
        text = text.replace(name, "*")
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def make_pool_steps(plan: Iterable[Step]) -> list[Step]:
    """The steps of a plan that a pool makes ready, without what takes the visitor."""
    return [make_pool_step(step) for step in plan if not step.per_visitor]


def list_projects(plan: Iterable[Step]) -> list[str]:
    """The names of the projects that a pool makes ready for a session of this plan."""
    made = [m for step in plan if not step.per_visitor for m in step.manifests]
    return [m["metadata"]["name"] for m in made if m["kind"] == "Namespace"]


def make_pool_step(step: Step) -> Step:
    """The step with objects that are the pool's, not yet a session's."""
    return replace(step, manifests=tuple(take_into_pool(manifest) for manifest in step.manifests))


def take_into_pool(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The object as the pool's, without what a visitor's has."""
    metadata = manifest["metadata"]
    own_labels = {**metadata["labels"], labels.CLASS: CLASS_POOL}
    annotations = {
        key: value for key, value in metadata["annotations"].items() if key not in _OF_A_VISITOR
    }
    return {**manifest, "metadata": {**metadata, "labels": own_labels, "annotations": annotations}}


def make_selector(hub: Hub) -> str:
    """Select what is in the pool."""
    return labels.make_selector({labels.APP: hub.application, labels.CLASS: CLASS_POOL})


def is_reserved(metadata: Mapping[str, Any], hub: Hub) -> bool:
    """Whether the object is in this hub's pool: labels *and* annotations say so."""
    own_labels = metadata.get("labels") or {}
    if own_labels.get(labels.CLASS) != CLASS_POOL:
        return False
    as_session = {**own_labels, labels.CLASS: labels.CLASS_SESSION}
    return session_labels.is_ours({**metadata, "labels": as_session}, hub)


def was_left(metadata: Mapping[str, Any], now: datetime, since: datetime | None) -> bool:
    """Whether nobody finishes any more what is not complete: a hub that died has left it.

    `since` is when this hub began, if it is known that no other one has its name.
    """
    born = datetime.fromisoformat(metadata["creationTimestamp"])
    return now - born >= UNFINISHED or (since is not None and born < since)


def sort_accounts(
    accounts: Iterable[Mapping[str, Any]],
    hub: Hub,
    fingerprint: str,
    now: datetime,
    *,
    size: int | None = None,
    since: datetime | None = None,
) -> PoolState:
    """Sort the accounts out: to be had, being made, or to be removed.

    What is ready beyond `size` is to be removed, too; `since` is as in `was_left`.
    """
    ready: list[Mapping[str, Any]] = []
    growing: list[Mapping[str, Any]] = []
    stale: list[Mapping[str, Any]] = []
    for account in accounts:
        metadata = account["metadata"]
        annotations = metadata.get("annotations") or {}
        if not is_reserved(metadata, hub) or "deletionTimestamp" in metadata:
            continue
        if annotations.get(READY):
            (ready if annotations.get(FINGERPRINT) == fingerprint else stale).append(account)
        else:
            (stale if was_left(metadata, now, since) else growing).append(account)
    most = len(ready) if size is None else size
    return PoolState(tuple(ready[:most]), tuple(growing), (*stale, *ready[most:]))


def take_over(account: Mapping[str, Any], session: Session) -> Session:
    """The visitor's session with the id and the names of the reserved one."""
    metadata = account["metadata"]
    name = metadata["name"]
    return replace(
        session,
        id=metadata["labels"][labels.SESSION],
        account_name=name,
        project_name=session.project_name or name,
    )


def read_session(account: Mapping[str, Any], hub: Hub) -> Session:
    """The reserved session that an account of the pool is of."""
    metadata = account["metadata"]
    own_labels, name = metadata["labels"], metadata["name"]
    session_id, user = own_labels[labels.SESSION], own_labels[labels.USER]
    return Session(hub, session_id, user, account_name=name, project_name=name)


def make_checkout(session: Session, version: str = "") -> dict[str, Any]:
    """The change that makes an object of the pool the session's; guarded by `version`."""
    guard = {"resourceVersion": version} if version else {}
    return {
        "metadata": {
            **guard,
            "labels": session_labels.make_labels(session),
            "annotations": {**session_labels.make_annotations(session), READY: None},
        }
    }
