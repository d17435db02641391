"""Fetches what pods refer to: config maps, secrets, claims and tokens."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from pocket_openshift.node import mounts
from pocket_openshift.node.rules import environment, volumes
from workshop_kube import errors
from workshop_kube.client import Cluster
from workshop_kube.rules.answers import read_object
from workshop_kube.rules.calls import Call
from workshop_kube.rules.manifests import Manifest, Object, make_reference

log = logging.getLogger(__name__)

CAPACITY = {"cpu": "1", "memory": "0", "ephemeral-storage": "0"}


async def fetch(
    api: Cluster, pod: Manifest, needs: volumes.Needs, facts: Mapping[str, str]
) -> environment.Sources:
    """All config maps and secrets of a pod; None for a firm 404, any other failure is raised."""
    namespace = pod["metadata"]["namespace"]
    names = [("ConfigMap", name) for name in needs.config_maps]
    names += [("Secret", name) for name in needs.secrets]
    found = await asyncio.gather(
        *(api.find(make_reference("v1", kind, name, namespace)) for kind, name in names)
    )
    pairs = list(zip(names, found, strict=True))
    return environment.Sources(
        {name: item for (kind, name), item in pairs if kind == "ConfigMap"},
        {name: item for (kind, name), item in pairs if kind == "Secret"},
        facts,
        CAPACITY,
    )


async def fetch_tokens(
    api: Cluster, pod: Manifest, needs: volumes.Needs
) -> tuple[dict[volumes.TokenWish, str], datetime | None]:
    """A bound token for each wish, and when the first of them (None if none) is to be replaced."""
    answers = await asyncio.gather(*(_request_token(api, pod, wish) for wish in needs.tokens))
    moments = [find_refresh(answer["status"]["expirationTimestamp"], _now()) for answer in answers]
    tokens = {
        wish: answer["status"]["token"] for wish, answer in zip(needs.tokens, answers, strict=True)
    }
    return tokens, min(moments, default=None)


async def _request_token(api: Cluster, pod: Manifest, wish: volumes.TokenWish) -> Object:
    metadata, name = pod["metadata"], pod["spec"].get("serviceAccountName") or "default"
    account = make_reference("v1", "ServiceAccount", name, metadata["namespace"])
    call = Call(
        "POST",
        await api.find_path(account, "token"),
        f"request a token of the service account {name}",
        make_token_request(pod, wish),
    )
    return read_object(await api.send(call))


def make_token_request(pod: Manifest, wish: volumes.TokenWish) -> Object:
    """The TokenRequest for a token that ends with its pod."""
    uid, name = pod["metadata"]["uid"], pod["metadata"]["name"]
    spec = {
        "audiences": [wish.audience] if wish.audience else [],
        "expirationSeconds": wish.seconds,
        "boundObjectRef": {"apiVersion": "v1", "kind": "Pod", "name": name, "uid": uid},
    }
    return {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}


def find_refresh(expiration: str, now: datetime) -> datetime:
    """When to replace a token that ends at `expiration`: after four fifths of what is left."""
    end = datetime.fromisoformat(expiration)
    return now + (end - now) * 0.8


def _now() -> datetime:
    return datetime.now(UTC)


async def ensure_claims(
    api: Cluster, data: Path, namespace: str, names: frozenset[str]
) -> dict[str, Path]:
    """The local folder of each claim, bound if it was not. MountError for one that is missing."""
    return {name: await _ensure_claim(api, data, namespace, name) for name in sorted(names)}


async def _ensure_claim(api: Cluster, data: Path, namespace: str, name: str) -> Path:
    claim = await api.find(make_reference("v1", "PersistentVolumeClaim", name, namespace))
    if claim is None:
        raise volumes.MountError(f'persistentvolumeclaim "{name}" not found')
    uid = claim["metadata"]["uid"]
    folder = await asyncio.to_thread(mounts.ensure_claim, data, namespace, name, uid)
    if (claim.get("status") or {}).get("phase") != "Bound":
        await _bind_claim(api, claim, folder)
    return folder


async def _bind_claim(api: Cluster, claim: Manifest, folder: Path) -> None:
    """Make a volume and bind the claim to it, as provisioner and volume controller would."""
    volume = make_volume(claim, folder)
    with contextlib.suppress(errors.ExistsError):
        await api.create(volume)
    if not claim["spec"].get("volumeName"):
        annotations = {
            "pv.kubernetes.io/bind-completed": "yes",
            "pv.kubernetes.io/bound-by-controller": "yes",
        }
        spec = {"volumeName": volume["metadata"]["name"]}
        await api.change(claim, {"metadata": {"annotations": annotations}, "spec": spec})
    status = {
        "phase": "Bound",
        "accessModes": claim["spec"].get("accessModes") or ["ReadWriteOnce"],
        "capacity": volume["spec"]["capacity"],
    }
    await api.change(claim, {"status": status}, "status")
    await api.change(volume, {"status": {"phase": "Bound"}}, "status")


def make_volume(claim: Manifest, folder: Path) -> Object:
    """The PersistentVolume for a claim; its capacity is what was asked for, and binds nobody."""
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


def parse_time(text: str | None, default: datetime) -> datetime:
    """A time of the API, or the default."""
    return datetime.fromisoformat(text) if text else default
