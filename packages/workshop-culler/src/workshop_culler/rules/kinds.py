"""Which kinds of cluster objects a session owns, in the order in which they are deleted."""

from __future__ import annotations

from workshop_kube.rules.kinds import TABLE, Kind

_RBAC = "rbac.authorization.k8s.io/v1"

PROJECT: Kind = TABLE["v1", "Namespace"]
POD: Kind = TABLE["v1", "Pod"]
ACCOUNT: Kind = TABLE["v1", "ServiceAccount"]
VOLUME: Kind = TABLE["v1", "PersistentVolumeClaim"]

# Beside projects (listed across the cluster) these are looked for in the hub's own namespace.
# What runs goes first, what others hang on last.
OWN: tuple[Kind, ...] = (
    POD,
    TABLE["route.openshift.io/v1", "Route"],
    TABLE["networking.k8s.io/v1", "Ingress"],
    TABLE["v1", "Service"],
    TABLE[_RBAC, "RoleBinding"],
    TABLE["v1", "Secret"],
    ACCOUNT,
    VOLUME,
)

# What a session may leave that belongs to no namespace.
LOOSE: tuple[Kind, ...] = (TABLE[_RBAC, "ClusterRoleBinding"],)
