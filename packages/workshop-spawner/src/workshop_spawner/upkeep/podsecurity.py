"""What holds the pods of projects, said once when the hub starts.

Called by housekeeping.py. `decide_notice` is pure.
"""

import logging
from dataclasses import dataclass
from typing import Any

from workshop_spawner import plan
from workshop_spawner.api.cluster import Cluster
from workshop_spawner.manifests import projects

CONSTRAINTS = "security.openshift.io/v1"
"""The API of OpenShift's SecurityContextConstraints."""
ENFORCE = f"{projects.POD_SECURITY}/enforce"


@dataclass(frozen=True)
class Notice:
    """One line for the hub's log."""

    level: int
    text: str


def decide_notice(wishes: plan.Wishes, *, has_constraints: bool) -> Notice:
    """What an administrator has to know of the pods in the projects that the hub makes."""
    if wishes.by_request:
        if has_constraints:
            return Notice(
                logging.INFO,
                "Projects are requested, so pod_security has no effect; the cluster's "
                "SecurityContextConstraints hold their pods",
            )
        return Notice(
            logging.WARNING,
            "Projects are requested, so pod_security has no effect, and the cluster has no "
            "SecurityContextConstraints: see that something else holds the pods of attendees",
        )
    level = wishes.project_labels.get(ENFORCE, projects.PRIVILEGED)
    if level == projects.PRIVILEGED and not has_constraints:
        return Notice(
            logging.WARNING,
            "POD SECURITY IS OFF: pods in the projects of sessions may be privileged and mount the "
            "disks of their nodes, so any attendee may take over the cluster. Set "
            "c.WorkshopSpawner.pod_security to 'baseline' or 'restricted'",
        )
    if level == projects.PRIVILEGED:
        return Notice(
            logging.WARNING,
            "Pod Security is off in the projects of sessions; only the cluster's "
            "SecurityContextConstraints hold their pods",
        )
    return Notice(logging.INFO, f"Pods in the projects of sessions are held to {level!r}")


async def tell(cluster: Cluster, wishes: plan.Wishes, log: Any) -> None:
    """Log what holds the pods of the projects that the hub makes, if it makes any."""
    if wishes.project in (plan.TEMPORARY, plan.PERSISTENT):
        notice = decide_notice(wishes, has_constraints=await cluster.has_api(CONSTRAINTS))
        log.log(notice.level, "%s", notice.text)
