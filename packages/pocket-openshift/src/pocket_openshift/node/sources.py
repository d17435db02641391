"""Fetches what pods refer to: config maps, secrets, claims and tokens."""

from __future__ import annotations

import asyncio
import datetime
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pocket_openshift.client import client
from pocket_openshift.node import mounts
from pocket_openshift.node.rules import environment, volumes

log = logging.getLogger(__name__)

CAPACITY = {"cpu": "1", "memory": "0", "ephemeral-storage": "0"}


async def fetch(
    api: client.Cluster, pod: Mapping[str, Any], needs: volumes.Needs, facts: Mapping[str, str]
) -> environment.Sources:
    """All config maps and secrets of a pod, side by side. A firm 404 is None; any other failure is
    raised.
    """
    namespace = pod["metadata"]["namespace"]
    names = [("configmaps", name) for name in needs.config_maps] + [
        ("secrets", name) for name in needs.secrets
    ]
    found = await asyncio.gather(
        *(api.find(client.path_of(kind, namespace, name)) for kind, name in names)
    )
    pairs = list(zip(names, found, strict=True))
    return environment.Sources(
        {name: item for (kind, name), item in pairs if kind == "configmaps"},
        {name: item for (kind, name), item in pairs if kind == "secrets"},
        facts,
        CAPACITY,
    )


async def fetch_tokens(
    api: client.Cluster, pod: Mapping[str, Any], needs: volumes.Needs
) -> tuple[dict[volumes.TokenWish, str], datetime.datetime | None]:
    """A bound token for each wish, and when the first of them should be replaced (None without
    any).
    """
    answers = await asyncio.gather(*(_request_token(api, pod, wish) for wish in needs.tokens))
    moments = [find_refresh(answer["status"]["expirationTimestamp"], _now()) for answer in answers]
    tokens = {
        wish: answer["status"]["token"] for wish, answer in zip(needs.tokens, answers, strict=True)
    }
    return tokens, min(moments, default=None)


async def _request_token(
    api: client.Cluster, pod: Mapping[str, Any], wish: volumes.TokenWish
) -> dict[str, Any]:
    metadata = pod["metadata"]
    account = pod["spec"].get("serviceAccountName") or "default"
    spec: dict[str, Any] = {
        "audiences": [wish.audience] if wish.audience else [],
        "expirationSeconds": wish.seconds,
        "boundObjectRef": {
            "apiVersion": "v1",
            "kind": "Pod",
            "name": metadata["name"],
            "uid": metadata["uid"],
        },
    }
    path = client.path_of("serviceaccounts", metadata["namespace"], account, sub="token")
    return await api.create(
        path, {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
    )


def find_refresh(expiration: str, now: datetime.datetime) -> datetime.datetime:
    """When a token that ends at `expiration` is to be replaced: after four fifths of what is left
    of it.
    """
    end = datetime.datetime.fromisoformat(expiration)
    return now + (end - now) * 0.8


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


async def ensure_claims(
    api: client.Cluster, data: Path, namespace: str, names: frozenset[str]
) -> dict[str, Path]:
    """The local folder of each claim, which is bound if it was not. MountError for a claim that is
    missing.
    """
    return {name: await _ensure_claim(api, data, namespace, name) for name in sorted(names)}


async def _ensure_claim(api: client.Cluster, data: Path, namespace: str, name: str) -> Path:
    path = client.path_of("persistentvolumeclaims", namespace, name)
    claim = await api.find(path)
    if claim is None:
        raise volumes.MountError(f'persistentvolumeclaim "{name}" not found')
    uid = claim["metadata"]["uid"]
    folder = await asyncio.to_thread(mounts.ensure_claim, data, namespace, name, uid)
    if (claim.get("status") or {}).get("phase") != "Bound":
        await _bind_claim(api, path, claim, folder)
    return folder


async def _bind_claim(
    api: client.Cluster, path: str, claim: Mapping[str, Any], folder: Path
) -> None:
    """Make a volume for the claim and bind the two, as a provisioner and the volume controller
    would.
    """
    volume = make_volume(claim, folder)
    name = volume["metadata"]["name"]
    try:
        await api.create(client.path_of("persistentvolumes"), volume)
    except client.ClusterError as error:
        if error.status != 409:
            raise
    if not claim["spec"].get("volumeName"):
        annotations = {
            "pv.kubernetes.io/bind-completed": "yes",
            "pv.kubernetes.io/bound-by-controller": "yes",
        }
        await api.patch(
            path, {"metadata": {"annotations": annotations}, "spec": {"volumeName": name}}
        )
    status = {
        "phase": "Bound",
        "accessModes": claim["spec"].get("accessModes") or ["ReadWriteOnce"],
        "capacity": volume["spec"]["capacity"],
    }
    await api.patch(path + "/status", {"status": status})
    await api.patch(
        client.path_of("persistentvolumes", name=name, sub="status"),
        {"status": {"phase": "Bound"}},
    )


def make_volume(claim: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The PersistentVolume for a claim. Its capacity is what was asked for; nothing holds anyone to
    it.
    """
    metadata, spec = claim["metadata"], claim["spec"]
    wanted = ((spec.get("resources") or {}).get("requests") or {}).get("storage", "1Gi")
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {
            "name": "pvc-" + metadata["uid"],
            "annotations": {"pv.kubernetes.io/provisioned-by": "pocket-openshift/local-folder"},
        },
        "spec": {
            "capacity": {"storage": wanted},
            "accessModes": spec.get("accessModes") or ["ReadWriteOnce"],
            "persistentVolumeReclaimPolicy": "Delete",
            "storageClassName": spec.get("storageClassName") or "",
            "volumeMode": "Filesystem",
            "hostPath": {"path": str(folder)},
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "namespace": metadata["namespace"],
                "name": metadata["name"],
                "uid": metadata["uid"],
            },
        },
    }


def parse_time(text: str | None, default: datetime.datetime) -> datetime.datetime:
    """A time of the API, or the default."""
    return datetime.datetime.fromisoformat(text) if text else default
