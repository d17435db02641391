"""The project of a user who has one of their own."""

from __future__ import annotations

from typing import Any

from workshop_kube.errors import ExistsError, ForbiddenError
from workshop_kube.rules.manifests import make_reference
from workshop_spawner.kube.cluster import Cluster
from workshop_spawner.model.errors import PermanentError
from workshop_spawner.rules import plan


async def ensure_user_project(as_user: Cluster, name: str) -> None:
    """Make the project with the user's own rights, unless they have it already."""
    project = make_reference("project.openshift.io/v1", "Project", name)
    if await _sees(as_user, project):
        return
    if plan.is_refused_request(name):
        raise PermanentError(
            f"The cluster refuses to make a project called {name}; please tell the organiser.",
            f"the name of project {name} begins as those of the cluster's own; set "
            'WorkshopSpawner.project_template, for example to "user-{username}"',
        )
    request = make_reference("project.openshift.io/v1", "ProjectRequest", name)
    try:
        await as_user.create(request)
    except ExistsError as error:
        if await _sees(as_user, project):
            return
        raise PermanentError(
            f"The project {name} belongs to somebody else; please tell the workshop's organiser.",
            f"project {name} exists, and the user has no access to it",
        ) from error


async def _sees(as_user: Cluster, project: dict[str, Any]) -> bool:
    """OpenShift says 403, not 404, of projects that one has no access to."""
    try:
        return await as_user.find(project) is not None
    except ForbiddenError:
        return False
