"""Which ClusterRole a session has in its project, as far as the cluster has it."""

from __future__ import annotations

from dataclasses import dataclass

from workshop_spawner.rules import plan

ADMIN = "admin"
# What visitors without an account get: templates/workshop-admin.yaml.
WORKSHOP_ADMIN = "workshop-admin"
# The API of AdminNetworkPolicies.
ADMIN_POLICIES = "policy.networking.k8s.io/v1alpha1"
INSTALL = "kubectl apply -f templates/workshop-admin.yaml"
RIGHTS = "apply templates/hub-rbac.yaml again"
# Every cluster has these.
_BUILT_IN = ("", ADMIN, "edit", "view", "cluster-admin")


@dataclass(frozen=True)
class RoleChoice:
    """The role that sessions get; or the `problem` for which they get none.

    `notice` is a sentence for the hub's log.
    """

    role: str
    notice: str = ""
    problem: str = ""


def choose_default(*, anonymous: bool, identity: str, project: str) -> tuple[str, str]:
    """The role of sessions where the administrator names none, and what they get without it.

    Only what is made for somebody without an account, and goes with them, gets `workshop-admin`.
    """
    for_visitors = anonymous and identity == plan.SERVICE_ACCOUNT and project == plan.TEMPORARY
    return (WORKSHOP_ADMIN, ADMIN) if for_visitors else (ADMIN, "")


def is_built_in(role: str) -> bool:
    """Whether nobody need ask for the role."""
    return role in _BUILT_IN


def decide_role(
    wanted: str, fallback: str, *, exists: bool | None, may_bind: bool = True
) -> RoleChoice:
    """The role that sessions get. `exists` is None where the hub may not look.

    A role that was asked for and is not there is a problem, as a binding to it would give nothing.
    One that was not asked for gives way to the `fallback`, also where the hub may not bind it.
    """
    if not fallback:
        command = f"; to install it: {INSTALL}" if wanted == WORKSHOP_ADMIN else ""
        problem = f"the cluster has no ClusterRole {wanted}{command}"
        return RoleChoice(wanted, problem=problem if exists is False else "")
    why = _find_lack(wanted, exists, may_bind)
    if not why:
        return RoleChoice(wanted)
    return RoleChoice(
        fallback,
        f"Sessions get the role {fallback}, with which attendees may delete their NetworkPolicy "
        f"and take host names of others, as {why}, then restart the hub",
    )


def _find_lack(role: str, exists: bool | None, may_bind: bool) -> str:
    """Why sessions cannot have a role, and the command that mends it; empty if they can."""
    if exists is False:
        return f"the cluster has no ClusterRole {role}. To install it: {INSTALL}"
    if exists is None or not may_bind:
        verb = "bind" if exists else "look for"
        return f"the hub may not {verb} the ClusterRole {role}. To let it: {RIGHTS}, and {INSTALL}"
    return ""


def find_network_notice(role: str, *, is_isolated: bool, has_admin_policies: bool) -> str:
    """What holds the network of projects against their own admins, for the hub's log; or nothing.

    `has_admin_policies`: whether the cluster has the API of AdminNetworkPolicies.
    """
    if not is_isolated or role not in (ADMIN, "edit"):
        return ""
    start = f"Sessions have the role {role} and may delete the NetworkPolicy of their project"
    if has_admin_policies:
        return f"{start}; templates/admin-network-policy.yaml holds what they reach all the same"
    return f"{start}; the role {WORKSHOP_ADMIN} holds them (see docs/how-to/hold-attendees.md)"
