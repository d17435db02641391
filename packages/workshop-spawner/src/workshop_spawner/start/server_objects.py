"""The claim, the certificates and the Service of a server, by manifests that KubeSpawner makes."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

from workshop_kube import labels
from workshop_kube.errors import ExistsError, KubeError, RefusedError
from workshop_kube.rules.manifests import make_reference
from workshop_spawner.kube.cluster import Cluster
from workshop_spawner.model.errors import PermanentError

Manifest = Mapping[str, Any]


async def choose_claim(cluster: Cluster, namespace: str, names: Sequence[str]) -> str:
    """The first of the names that a claim has; the first of all where none has one."""
    if len(set(names)) > 1:
        for name in names:
            if await cluster.find(make_reference("v1", "PersistentVolumeClaim", name, namespace)):
                return name
    return names[0]


async def ensure_claim(cluster: Cluster, claim: Manifest) -> None:
    """Make the claim, unless there is one of its name: whose it is KubeSpawner does not ask."""
    try:
        await cluster.create(claim)
    except ExistsError:
        return
    except RefusedError as error:
        # Quota is looked at before the name: it may be full with this very claim.
        with contextlib.suppress(KubeError):
            if await cluster.find(claim) is not None:
                return
        raise error


def relabel(manifest: Manifest, pod: Manifest) -> dict[str, Any]:
    """The manifest with the values that its labels and its selector have in the pod."""
    labels = pod["metadata"].get("labels") or {}

    def as_in_pod(wanted: Mapping[str, str]) -> dict[str, str]:
        return {key: labels.get(key, value) for key, value in wanted.items()}

    metadata = manifest["metadata"]
    changed = {**manifest, "metadata": {**metadata, "labels": as_in_pod(metadata["labels"])}}
    if selector := (manifest.get("spec") or {}).get("selector"):
        changed["spec"] = {**manifest["spec"], "selector": as_in_pod(selector)}
    return changed


async def replace(cluster: Cluster, manifest: Manifest) -> None:
    """Make the object of this pod, in the place of one that an earlier pod of this user had.

    PermanentError when the name is somebody else's.
    """
    for _ in range(2):
        with contextlib.suppress(ExistsError):
            await cluster.create(manifest)
            return
        found = await cluster.find(manifest)
        if found is None:
            continue
        if _list_owners(found) == _list_owners(manifest):
            return  # an earlier try made it
        if _get_user(found) != _get_user(manifest):
            break
        head = {key: manifest[key] for key in ("apiVersion", "kind")}
        await cluster.delete_exactly({**found, **head})
    name = f"{manifest['kind']} {manifest['metadata']['name']}"
    raise PermanentError(
        "Your session did not start: something else has its name.",
        f"{name} is not of this user; remove it",
    )


def _list_owners(manifest: Manifest) -> list[str]:
    return [owner["uid"] for owner in manifest["metadata"].get("ownerReferences") or ()]


def _get_user(manifest: Manifest) -> str:
    return str((manifest["metadata"].get("annotations") or {}).get(labels.USERNAME, ""))
