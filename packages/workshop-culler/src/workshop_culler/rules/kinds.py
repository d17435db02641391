"""Which kinds of cluster objects a session owns, and where the API has them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. `group` is "" for the core API; `everywhere` lists it across namespaces."""

    plural: str
    group: str = ""
    version: str = "v1"
    namespaced: bool = True

    @property
    def root(self) -> str:
        """The path of the API group and version."""
        return f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"

    def path(self, namespace: str = "", name: str = "") -> str:
        """The path of a list, or of one object when named."""
        middle = f"/namespaces/{namespace}" if self.namespaced and namespace else ""
        return f"{self.root}{middle}/{self.plural}" + (f"/{name}" if name else "")


PROJECTS = Kind("namespaces", namespaced=False)
PODS = Kind("pods")
ACCOUNTS = Kind("serviceaccounts")
VOLUMES = Kind("persistentvolumeclaims")

# Beside projects (listed across the cluster) these are looked for in the hub's own namespace.
# The order is that of deletion: what runs first, what others hang on last.
OWN = (
    PODS,
    Kind("routes", "route.openshift.io"),
    Kind("ingresses", "networking.k8s.io"),
    Kind("services"),
    Kind("rolebindings", "rbac.authorization.k8s.io"),
    Kind("secrets"),
    ACCOUNTS,
    VOLUMES,
)

# What a session may leave that belongs to no namespace.
LOOSE = (Kind("clusterrolebindings", "rbac.authorization.k8s.io", namespaced=False),)

BY_PLURAL = {kind.plural: kind for kind in (PROJECTS, *OWN, *LOOSE)}
