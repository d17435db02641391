"""Whether the cluster has the role that sessions are to get; asked once a hub."""

from __future__ import annotations

from dataclasses import replace

from workshop_kube.errors import ForbiddenError, GoneError
from workshop_kube.rules.manifests import make_reference
from workshop_spawner.kube.cluster import Cluster
from workshop_spawner.manifests.accounts import RBAC
from workshop_spawner.model.errors import PermanentError
from workshop_spawner.rules import plan
from workshop_spawner.rules.project_roles import RoleChoice, decide_role, is_built_in


async def find_role(cluster: Cluster, spec: plan.SessionSpec) -> RoleChoice:
    """The role of sessions in the projects that the hub makes."""
    made_by_hub = spec.project in (plan.TEMPORARY, plan.PERSISTENT) and spec.identity != plan.NONE
    if is_built_in(spec.role) or not made_by_hub:
        return RoleChoice(spec.role)

    async def ask() -> RoleChoice:
        exists = await _look_for_role(cluster, spec.role)
        # Who was promised a role is told the rule that is missing; who was not gets another.
        may_bind = not (exists and spec.fallback_role) or await _may_bind(cluster, spec.role)
        return decide_role(spec.role, spec.fallback_role, exists=exists, may_bind=may_bind)

    return await cluster.facts.learn(f"role {spec.role} or {spec.fallback_role}", ask)


async def add_role(cluster: Cluster, spec: plan.SessionSpec) -> plan.SessionSpec:
    """The spec with the role that sessions get. PermanentError where the cluster lacks it."""
    choice = await find_role(cluster, spec)
    if choice.problem:
        raise PermanentError(
            f"The cluster has no role {choice.role}; please tell the workshop's organiser.",
            choice.problem,
        )
    return replace(spec, role=choice.role, fallback_role="")


async def _may_bind(cluster: Cluster, name: str) -> bool:
    return await cluster.may(group=RBAC, resource="clusterroles", verb="bind", name=name)


async def _look_for_role(cluster: Cluster, name: str) -> bool | None:
    """None where the hub may not look."""
    try:
        await cluster.get(make_reference(f"{RBAC}/v1", "ClusterRole", name))
    except GoneError:
        return False
    except ForbiddenError:
        return None
    return True
