"""What holds the pods of projects is said once, when the hub starts."""

from __future__ import annotations

from workshop_spawner.kube.cluster import Cluster
from workshop_spawner.logs import Log
from workshop_spawner.rules import plan
from workshop_spawner.rules.pod_security import decide_notice

# The API of OpenShift's SecurityContextConstraints.
CONSTRAINTS = "security.openshift.io/v1"


async def log_notice(cluster: Cluster, spec: plan.SessionSpec, log: Log) -> None:
    """Log what holds the pods of the projects that the hub makes, if it makes any."""
    if spec.project in (plan.TEMPORARY, plan.PERSISTENT):
        notice = decide_notice(spec, has_constraints=await cluster.has_api(CONSTRAINTS))
        log.log(notice.level, "%s", notice.text)
