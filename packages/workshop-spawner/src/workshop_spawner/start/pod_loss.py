"""What becomes of a session whose pod is lost: it is removed, and everybody is told why.

health.py judges; KubeSpawner's own poll takes a pod that crashes again and again to be running, and
does not say why one has ended.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from workshop_spawner import metrics
from workshop_spawner.kube.client import make_reference
from workshop_spawner.model.errors import LostError
from workshop_spawner.rules import health
from workshop_spawner.start import hub_errors


def see(spawner: Any) -> Any:
    """The pod as the watch shows it; None where it shows none."""
    watch = spawner.pod_reflector
    return watch.resources.get(f"{spawner.namespace}/{spawner.pod_name}") if watch else None


async def judge(spawner: Any, status: int | None, before: Any) -> int | None:
    """What JupyterHub is told instead of KubeSpawner's `status`: None while the session lives.

    `before` is the pod as it was seen before KubeSpawner looked, which removes what has ended.
    """
    found = await _find_health(spawner, status, before)
    if found.lost:
        await _give_up(spawner, found)
        return 1 if status is None else status
    if found.trouble and found.trouble != spawner.told_trouble:
        spawner.log.warning("%s goes on after trouble: %s", spawner._log_name, found.trouble)
    spawner.told_trouble = found.trouble
    return None


async def _find_health(spawner: Any, status: int | None, before: Any) -> health.Health:
    now = datetime.now(UTC)
    if status is None:
        pod = see(spawner)
        return health.judge(pod, now) if pod is not None else health.Health()
    seen = health.judge(before, now) if before is not None else health.Health()
    if status != 1 and seen.lost:
        return seen
    # A cache cannot tell: only the API's own word ends a session.
    name = make_reference("v1", "Pod", spawner.pod_name, spawner.namespace)
    found = health.judge(await spawner.cluster.get(name), now)
    return seen if found.lost and seen.lost else found


async def _give_up(spawner: Any, found: health.Health) -> None:
    # A start that failed, and is now undone, has a cause of its own.
    if not spawner.told_loss and spawner._spawn_future is None:
        spawner.told_loss = found.lost
        spawner.log.warning("%s is over: %s", spawner._log_name, found.lost)
        metrics.LOSSES.labels(found.kind).inc()
        hub_errors.show_end(spawner, LostError(f"Your session ended: {found.lost}."))
    if spawner.delete_stopped_pods:
        await spawner.stop(now=True)
