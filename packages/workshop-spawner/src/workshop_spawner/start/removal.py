"""Remove all that a user's session owns, found by label and deleted by uid."""

from __future__ import annotations

import asyncio

from workshop_kube import labels
from workshop_spawner.kube.cluster import Cluster
from workshop_spawner.manifests import home
from workshop_spawner.model import session_labels
from workshop_spawner.model.errors import WorkshopError
from workshop_spawner.model.session import Session
from workshop_spawner.rules.api_errors import FAILURES, explain
from workshop_spawner.start import project_requests


async def remove_session(
    cluster: Cluster, session: Session, by_request: bool = False, *, temporary: bool = False
) -> list[WorkshopError]:
    """Delete every project and account of this user and server, of this and any earlier start.

    Found by label, taken for ours by label and annotation, deleted by uid. Returns what could not
    be deleted; the culler will.
    """
    selector, wanted = (
        session_labels.make_user_selector(session),
        session_labels.make_metadata(session, ""),
    )
    listing = [cluster.list("v1", "ServiceAccount", session.hub.namespace, selector=selector)]
    if by_request:
        listing.append(project_requests.find(cluster, session, temporary=temporary))
    else:
        listing.append(cluster.list("v1", "Namespace", selector=selector))
    errors: list[WorkshopError] = []
    to_delete = []
    for found in await asyncio.gather(*listing, return_exceptions=True):
        if isinstance(found, FAILURES):
            errors.append(explain(found))
        elif isinstance(found, BaseException):
            raise found
        else:
            to_delete += [
                obj
                for obj in found
                if (
                    session_labels.is_ours(obj["metadata"], session.hub)
                    and labels.is_of_user(obj["metadata"], wanted)
                )
                or (
                    by_request
                    and session_labels.is_requested(obj["metadata"], session, temporary=temporary)
                )
            ]
    deleting = [cluster.delete_exactly(obj) for obj in to_delete]
    results = await asyncio.gather(*deleting, return_exceptions=True)
    return errors + [explain(error) for error in results if isinstance(error, FAILURES)]


async def remove_home(cluster: Cluster, session: Session, home_volume: home.Home) -> None:
    """Delete the lasting home of this user and server, if there is one and it is theirs."""
    claim = home.make_claim(session, home_volume, lasting=True)
    found = await cluster.find(claim)
    if found and labels.is_same_owner(found["metadata"], claim["metadata"]):
        await cluster.delete_exactly(found)
