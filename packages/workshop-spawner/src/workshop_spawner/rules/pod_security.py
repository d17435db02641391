"""What an administrator has to know, when the hub starts, of what holds the pods of projects."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from workshop_spawner.manifests import projects
from workshop_spawner.rules import plan

ENFORCE = f"{projects.POD_SECURITY}/enforce"

# The container that the chart zero-to-jupyterhub puts before each session (2026).
CHARTS_CONTAINER = "block-cloud-metadata"


@dataclass(frozen=True)
class Notice:
    """One line for the hub's log."""

    level: int
    text: str


def decide_notice(spec: plan.SessionSpec, *, has_constraints: bool) -> Notice:
    """What an administrator has to know of the pods in the projects that the hub makes."""
    if spec.by_request:
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
    level = spec.project_labels.get(ENFORCE, projects.PRIVILEGED)
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


def list_privileged(containers: object) -> tuple[str, ...]:
    """The privileged ones of KubeSpawner's `init_containers`, a list or a dict, by their names."""
    found = list(containers.values()) if isinstance(containers, Mapping) else containers
    each = [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
    return tuple(str(one.get("name")) for one in each if _is_privileged(one))


def _is_privileged(container: Mapping[str, object]) -> bool:
    # As the API or as its Python client calls it; KubeSpawner takes both.
    context = container.get("securityContext") or container.get("security_context")
    return isinstance(context, Mapping) and bool(context.get("privileged"))


def problem_with_containers(privileged: tuple[str, ...]) -> str | None:
    """What an administrator has to know of privileged containers beside sessions; None of none."""
    if not privileged:
        return None
    text = (
        f"Each session has a privileged container ({', '.join(privileged)}), which namespaces with "
        "Pod Security or restricted SecurityContextConstraints refuse: then no session starts. "
    )
    if CHARTS_CONTAINER in privileged:
        return (
            f"{text}In the values of zero-to-jupyterhub set "
            "singleuser.cloudMetadata.blockWithIptables to false; the sessions' NetworkPolicies "
            "close that address"
        )
    return f"{text}Take it out of c.KubeSpawner.init_containers"
