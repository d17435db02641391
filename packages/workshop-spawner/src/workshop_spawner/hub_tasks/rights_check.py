"""Does the hub's account have the rights that it needs? Asked once, when the hub starts."""

from __future__ import annotations

from collections.abc import Iterable

from workshop_kube.errors import KubeError
from workshop_spawner.concurrency import run_together
from workshop_spawner.kube.cluster import Cluster
from workshop_spawner.logs import Log
from workshop_spawner.rules import rights
from workshop_spawner.rules.api_errors import explain


async def find_missing(
    cluster: Cluster, namespace: str, needed: Iterable[rights.Right]
) -> list[rights.Right]:
    """The rights that the cluster says our account lacks."""
    asked = list(needed)
    answers = await run_together(
        *(cluster.may(**right.make_attributes(namespace)) for right in asked)
    )
    return [right for right, has in zip(asked, answers, strict=True) if not has]


async def check(
    cluster: Cluster, namespace: str, needed: Iterable[rights.Right], log: Log
) -> list[rights.Right]:
    """Log each missing right as the rule that grants it; an API that is away is only logged."""
    try:
        missing = await find_missing(cluster, namespace, needed)
    except KubeError as error:
        log.warning("Cannot tell whether the hub has its rights: %s", explain(error).detail)
        return []
    vital = [right for right in missing if not right.is_optional]
    if vital:
        log.error(
            "The hub's account lacks rights, and sessions will fail to start or to go. Add these "
            "rules (see templates/hub-rbac.yaml):\n%s",
            rights.render_rules(vital),
        )
    else:
        log.info("The hub's account has all rights that it needs")
    if optional := [right for right in missing if right.is_optional]:
        log.warning(
            "The hub's account may not read ImageStreams, so names of images are taken as they are "
            "written. To have them resolved, add:\n%s",
            rights.render_rules(optional),
        )
    return missing
