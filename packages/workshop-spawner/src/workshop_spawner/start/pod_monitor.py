"""How a running session is doing, asked at each of JupyterHub's polls.

KubeSpawner's own poll takes a pod that crashes again and again to be running, and does not say why
one has ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from workshop_kube.rules.manifests import make_reference
from workshop_spawner.kube.cluster import Cluster
from workshop_spawner.rules import health

Pod = Mapping[str, Any]


class PodMonitor:
    """The pod of one session, as the watch and the API show it."""

    def __init__(self, cluster: Cluster, namespace: str, name: str, uid: str = "") -> None:
        self._cluster = cluster
        self._uid = uid
        self._reference = make_reference("v1", "Pod", name, namespace)

    async def find_health(
        self, status: int | None, before: Pod | None, now: Pod | None
    ) -> health.Health:
        """How it is doing, when KubeSpawner says `status`.

        `before` is the pod as the watch showed it before KubeSpawner looked, which removes what has
        ended, and `now` as it shows it afterwards.
        """
        moment = datetime.now(UTC)
        if status is None and self._is_another(now):
            return health.decide(self._take_ours(await self._cluster.find(self._reference)), moment)
        if status is None:
            return health.decide(now, moment) if now is not None else health.Health()
        seen = health.decide(before, moment) if before is not None else health.Health()
        if status != 1 and seen.lost:
            return seen
        # A cache cannot tell: only the API's own word ends a session.
        found = health.decide(self._take_ours(await self._cluster.find(self._reference)), moment)
        return seen if found.lost and seen.lost else found

    def _is_another(self, pod: Pod | None) -> bool:
        """Whether a pod of this name is not the session's own: somebody has taken its place."""
        return bool(pod and self._uid and pod["metadata"].get("uid") != self._uid)

    def _take_ours(self, pod: Pod | None) -> Pod | None:
        return None if self._is_another(pod) else pod
