"""How many projects are alive, and which of them nobody owns any more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from workshop_kube import labels
from workshop_spawner.model import session_labels
from workshop_spawner.model.session import Hub

# A project of this age may still wait for its account: a start is under way.
YOUNG = timedelta(minutes=5)


@dataclass(frozen=True)
class Counts:
    """The projects of one hub, by name."""

    alive: tuple[str, ...] = ()
    orphans: tuple[str, ...] = ()


def count(
    projects: Iterable[Mapping[str, Any]],
    accounts: Iterable[Mapping[str, Any]],
    hub: Hub,
    now: datetime,
) -> Counts:
    """Sort the projects of sessions out. One whose session's account is gone is an orphan.

    Projects that outlive their sessions are nobody's orphans; what is ending counts as neither.
    """
    owners = {_get_session(account["metadata"]) for account in accounts}
    alive: list[str] = []
    orphans: list[str] = []
    for project in projects:
        metadata = project["metadata"]
        if "deletionTimestamp" in metadata:
            continue
        if session_labels.is_ours(metadata, hub):
            owned = _get_session(metadata) in owners
            old = now - datetime.fromisoformat(metadata["creationTimestamp"]) > YOUNG
            (alive if owned or not old else orphans).append(metadata["name"])
        elif _is_lasting(metadata, hub):
            alive.append(metadata["name"])
    return Counts(tuple(alive), tuple(orphans))


def _get_session(metadata: Mapping[str, Any]) -> str:
    return str((metadata.get("labels") or {}).get(labels.SESSION, ""))


def _is_lasting(metadata: Mapping[str, Any], hub: Hub) -> bool:
    own_labels, annotations = metadata.get("labels") or {}, metadata.get("annotations") or {}
    return (
        own_labels.get(labels.APP) == hub.application
        and own_labels.get(labels.CLASS) == labels.CLASS_PROJECT
        and annotations.get(labels.REQUESTOR) == hub.requestor
        and annotations.get(labels.NAMESPACE) == hub.namespace
    )
