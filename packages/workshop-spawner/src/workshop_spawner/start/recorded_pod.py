"""The pod that the hub's database names for a server, whoever made it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from workshop_kube import labels
from workshop_kube.rules.manifests import make_reference
from workshop_spawner.kube.cluster import Cluster

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 1.0
_pause = asyncio.sleep


async def find(cluster: Cluster, namespace: str, name: str, uid: str) -> dict[str, Any] | None:
    """The pod of this name, if it is the one that was recorded.

    Without a `uid` (KubeSpawner records none) it must be a server of some user of a hub.
    """
    found = await cluster.find(make_reference("v1", "Pod", name, namespace))
    return found if found is not None and is_recorded(found, uid) else None


def is_recorded(pod: Mapping[str, Any], uid: str) -> bool:
    """Whether a pod of the recorded name is the recorded one."""
    metadata = pod["metadata"]
    if uid:
        return bool(metadata["uid"] == uid)
    return labels.USERNAME in (metadata.get("annotations") or {})


async def remove(cluster: Cluster, pod: Mapping[str, Any], grace: int, wait: float) -> None:
    """Delete this very pod, and wait until the API no longer has it.

    TimeoutError when it is still there after `wait` seconds. The watch may not see it: a pod of
    another spawner can have other labels.
    """
    await cluster.delete_exactly(pod, grace=grace)
    pause, uid = FIRST_PAUSE, pod["metadata"]["uid"]
    async with asyncio.timeout(wait):
        while (found := await cluster.find(pod)) and found["metadata"]["uid"] == uid:
            await _pause(pause)
            pause = min(LONGEST_PAUSE, pause * 1.5)
