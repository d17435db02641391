"""Which way projects are made, and the project of a user who has one of their own.

Called by spawner.py; asks the cluster once a client what our account may do.
"""

from typing import Any
from weakref import WeakKeyDictionary

from workshop_spawner.api.cluster import Cluster, make_reference
from workshop_spawner.errors import ForbiddenError, PermanentError

_CHOSEN: WeakKeyDictionary[Any, bool] = WeakKeyDictionary()
_CREATE_NAMESPACE = {"group": "", "resource": "namespaces", "verb": "create"}
_REQUEST_PROJECT = {
    "group": "project.openshift.io",
    "resource": "projectrequests",
    "verb": "create",
}


async def by_request(cluster: Cluster, setting: str, log: Any) -> bool:
    """Whether projects are made by ProjectRequest; `setting` is the trait `project_api`."""
    if setting != "auto":
        return setting == "request"
    if cluster.client not in _CHOSEN:
        _CHOSEN[cluster.client] = await _judge(cluster, log)
    return _CHOSEN[cluster.client]


async def _judge(cluster: Cluster, log: Any) -> bool:
    if await cluster.may(_CREATE_NAMESPACE):
        log.info("Projects are made as Namespaces, as the hub's account may create those")
        return False
    if await cluster.may(_REQUEST_PROJECT):
        log.info(
            "Projects are made by ProjectRequests, as the hub's account may not create Namespaces"
        )
        return True
    log.error(
        "The hub's account may neither create Namespaces nor ProjectRequests: no session will get "
        "a project (see templates/hub-rbac.yaml)"
    )
    return False


async def ensure_user_project(as_user: Cluster, name: str) -> None:
    """Make the project with the user's own rights, unless they have it already."""
    project = make_reference("project.openshift.io/v1", "Project", name)
    if await _sees(as_user, project):
        return
    request = make_reference("project.openshift.io/v1", "ProjectRequest", name)
    made = await as_user.create(request)
    if not made and not await _sees(as_user, project):
        raise PermanentError(
            f"The project {name} belongs to somebody else; please tell the workshop's organiser.",
            f"project {name} exists, and the user has no access to it",
        )


async def _sees(as_user: Cluster, project: dict[str, Any]) -> bool:
    """OpenShift says 403, not 404, of projects that one has no access to."""
    try:
        return await as_user.get(project) is not None
    except ForbiddenError:
        return False
