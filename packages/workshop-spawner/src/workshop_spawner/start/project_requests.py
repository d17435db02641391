"""Projects by ProjectRequest, for a hub whose account may not make namespaces.

A request carries no labels, so the description says whose the project is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workshop_kube import labels
from workshop_kube.errors import ExistsError, ForbiddenError
from workshop_kube.rules.manifests import make_reference
from workshop_spawner.kube.cluster import Cluster
from workshop_spawner.model import session_labels
from workshop_spawner.model.session import Session

PROJECT = "project.openshift.io/v1"


async def ensure(cluster: Cluster, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Request the project that the manifest describes, or adopt what an earlier try requested.

    It is labelled afterwards where our account may do that. ExistsError when it is not ours.
    """
    metadata = manifest["metadata"]
    request: dict[str, Any] = {
        "apiVersion": PROJECT,
        "kind": "ProjectRequest",
        "metadata": {"name": metadata["name"]},
        "displayName": f"Workshop {metadata['labels'][labels.APP]}",
        "description": session_labels.make_description(metadata),
    }
    try:
        await cluster.create(request)
    except ExistsError:
        await _adopt(cluster, manifest, request["description"])
    change = {"metadata": {key: metadata[key] for key in ("labels", "annotations")}}
    try:
        return await cluster.change(manifest, change)
    except ForbiddenError:  # it says whose it is itself
        return await cluster.find(manifest) or {}


async def _adopt(cluster: Cluster, manifest: Mapping[str, Any], description: str) -> None:
    found = await _get_visible(cluster, manifest)
    metadata = (found or {}).get("metadata", {})
    same = (metadata.get("annotations") or {}).get(labels.DESCRIPTION) == description
    if not (same or session_labels.is_lasting_request(metadata, manifest["metadata"])):
        name = manifest["metadata"]["name"]
        raise ExistsError(f"request {name}", "it is not ours", status=409)


async def _get_visible(cluster: Cluster, manifest: Mapping[str, Any]) -> dict[str, Any] | None:
    """Read the object; None also when it is somebody else's, whose we may not see."""
    try:
        return await cluster.find(manifest)
    except ForbiddenError:
        return None


async def find(
    cluster: Cluster, session: Session, *, temporary: bool = False
) -> list[dict[str, Any]]:
    """The projects that we requested for this user and server, as far as we see any.

    Where projects are `temporary` also the one that denies it: see `session_labels.is_requested`.

    OpenShift's list of projects lags behind by a second or so, so we ask by name, too.
    """
    found = await cluster.list(PROJECT, "Project")
    named = make_reference(PROJECT, "Project", session.project)
    likely = await _get_visible(cluster, named)
    if likely is not None and session.project not in {f["metadata"]["name"] for f in found}:
        found.append(likely)
    return [
        obj
        for obj in found
        if session_labels.is_requested(obj["metadata"], session, temporary=temporary)
    ]
