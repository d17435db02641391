"""The rights of a hub that keeps sessions and pods ready."""

from __future__ import annotations

from pocket_openshift.testing import PocketCluster


def allow_pool(cluster: PocketCluster, namespace: str) -> None:
    """Give the hub of this namespace what reserved sessions and pods need beside the template."""
    for name, resources in (
        ("clusterroles/workshop-hub-projects", ["namespaces"]),
        (f"namespaces/{namespace}/roles/workshop-hub", ["serviceaccounts", "pods"]),
    ):
        path = f"/apis/rbac.authorization.k8s.io/v1/{name}"
        role = cluster.request("GET", path).body
        role["rules"].append({"apiGroups": [""], "resources": resources, "verbs": ["patch"]})
        assert cluster.request("PUT", path, role).status == 200
