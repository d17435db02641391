"""What outlives a user's sessions, found again: one project and one home a server, for good."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from workshop_kube import labels
from workshop_spawner.kube.cluster import Cluster
from workshop_spawner.manifests import projects
from workshop_spawner.model import naming, session_labels
from workshop_spawner.model.session import Lasting, Session, make_lasting_names
from workshop_spawner.start.project_requests import PROJECT

IsTaken = Callable[[str], bool]


async def find(
    cluster: Cluster,
    session: Session,
    by_request: bool,
    has_project: bool,
    is_taken: IsTaken,
    noted: Mapping[str, Lasting] | None = None,
) -> Lasting:
    """What the user and server of the session have already; else the names that it will have.

    `is_taken` tells names that are another server's, which was called like this one before; so does
    what is `noted` of servers, by their slugs, since before a database was lost.
    """
    noted = noted or {}
    if own := noted.get(session.slug):
        return own
    others = {name for each in noted.values() for name in (each.project, each.home)}
    names = choose_names(session, lambda name: name in others or is_taken(name))
    if not has_project:
        return names
    listed = await _list(cluster, session, by_request)
    found = [name for name in listed if name not in others and not is_taken(name)]
    if found and names.project not in found:
        return replace(names, project=found[0])
    return names


def choose_names(session: Session, is_taken: IsTaken) -> Lasting:
    """The names of a session's lasting things, none of which is another server's."""
    names = make_lasting_names(session)
    suffix = naming.make_suffix()
    return replace(
        names,
        project=f"{names.project}-{suffix}" if is_taken(names.project) else names.project,
        home=f"{names.home}-{suffix}" if is_taken(names.home) else names.home,
    )


async def _list(cluster: Cluster, session: Session, by_request: bool) -> list[str]:
    """The names of the user's lasting projects, the oldest first."""
    wanted = session_labels.make_lasting(projects.make_namespace(session), session)["metadata"]
    if by_request:
        found = await cluster.list(PROJECT, "Project")
        ours = [obj for obj in found if _is_requested(obj["metadata"], wanted)]
    else:
        kept = (labels.APP, labels.CLASS, labels.USER)
        selector = labels.make_selector({key: wanted["labels"][key] for key in kept})
        found = await cluster.list("v1", "Namespace", selector=selector)
        ours = [obj for obj in found if labels.is_same_owner(obj["metadata"], wanted)]
    living = [obj["metadata"] for obj in ours if "deletionTimestamp" not in obj["metadata"]]
    return [m["name"] for m in sorted(living, key=lambda m: str(m.get("creationTimestamp")))]


def _is_requested(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    notes = found.get("annotations") or {}
    said = notes.get(labels.DESCRIPTION) == session_labels.make_description(wanted)
    return said and notes.get(labels.REQUESTER) == wanted["annotations"][labels.REQUESTOR]
