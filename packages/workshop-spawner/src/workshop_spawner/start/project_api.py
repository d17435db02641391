"""Which way projects are made: as Namespaces, or by ProjectRequests."""

from __future__ import annotations

from workshop_spawner.kube.cluster import Cluster
from workshop_spawner.logs import Log

_CREATE_NAMESPACE = {"group": "", "resource": "namespaces", "verb": "create"}
_REQUEST_PROJECT = {
    "group": "project.openshift.io",
    "resource": "projectrequests",
    "verb": "create",
}


async def is_by_request(cluster: Cluster, setting: str, log: Log) -> bool:
    """Whether projects are made by ProjectRequest; `setting` is the trait `project_api`."""
    if setting != "auto":
        return setting == "request"
    return bool(await cluster.facts.learn("by request", lambda: _ask(cluster, log)))


async def _ask(cluster: Cluster, log: Log) -> bool:
    if await cluster.may(**_CREATE_NAMESPACE):
        log.info("Projects are made as Namespaces, as the hub's account may create those")
        return False
    if await cluster.may(**_REQUEST_PROJECT):
        log.info(
            "Projects are made by ProjectRequests, as the hub's account may not create Namespaces"
        )
        return True
    log.error(
        "The hub's account may neither create Namespaces nor ProjectRequests: no session will get "
        "a project (see templates/hub-rbac.yaml)"
    )
    return False
