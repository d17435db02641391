"""Projects by ProjectRequest, for a hub whose account may not make namespaces.

A request carries no labels, so the description says whose the project is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workshop_spawner.kube.client import Cluster, make_reference
from workshop_spawner.model import labels
from workshop_spawner.model.errors import ForbiddenError, NameTakenError
from workshop_spawner.model.session import Session

PROJECT = "project.openshift.io/v1"


async def ensure(cluster: Cluster, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Request the project that the manifest describes, or adopt what an earlier try requested.

    It is labelled afterwards where our account may do that. NameTakenError when it is not ours.
    """
    metadata = manifest["metadata"]
    request: dict[str, Any] = {
        "apiVersion": PROJECT,
        "kind": "ProjectRequest",
        "metadata": {"name": metadata["name"]},
        "displayName": f"Workshop {metadata['labels'][labels.APP]}",
        "description": labels.make_description(metadata),
    }
    if not await cluster.create(request):
        await _adopt(cluster, manifest, request["description"])
    change = {"metadata": {key: metadata[key] for key in ("labels", "annotations")}}
    try:
        return await cluster.merge(manifest, change)
    except ForbiddenError:  # it says whose it is itself
        return await cluster.get(manifest) or {}


async def _adopt(cluster: Cluster, manifest: Mapping[str, Any], description: str) -> None:
    found = await _get_visible(cluster, manifest)
    metadata = (found or {}).get("metadata", {})
    same = (metadata.get("annotations") or {}).get(labels.DESCRIPTION) == description
    if not (same or labels.is_lasting_request(metadata, manifest["metadata"])):
        name = manifest["metadata"]["name"]
        raise NameTakenError("A name is taken; please try again.", f"request {name}: not ours.")


async def _get_visible(cluster: Cluster, manifest: Mapping[str, Any]) -> dict[str, Any] | None:
    """Read the object; None also when it is somebody else's, whose we may not see."""
    try:
        return await cluster.get(manifest)
    except ForbiddenError:
        return None


async def find(
    cluster: Cluster, session: Session, *, temporary: bool = False
) -> list[dict[str, Any]]:
    """The projects that we requested for this user and server, as far as we see any.

    Where projects are `temporary` also the one that denies it: see `labels.is_requested`.

    OpenShift's list of projects lags behind by a second or so, so we ask by name, too.
    """
    found = await cluster.find(PROJECT, "Project")
    named = make_reference(PROJECT, "Project", session.project)
    likely = await _get_visible(cluster, named)
    if likely is not None and session.project not in {f["metadata"]["name"] for f in found}:
        found.append({**likely, "apiVersion": PROJECT, "kind": "Project"})
    return [
        obj for obj in found if labels.is_requested(obj["metadata"], session, temporary=temporary)
    ]
