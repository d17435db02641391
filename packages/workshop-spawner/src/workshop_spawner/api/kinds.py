"""Where in the API the objects of a kind are.

Pure. Called by cluster.py. Kinds that are not in the table come from the API's own discovery.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote


@dataclass(frozen=True)
class Kind:
    """The plural of a kind as paths spell it, and whether its objects live in a namespace."""

    plural: str
    namespaced: bool = True


TABLE: Mapping[tuple[str, str], Kind] = {
    ("v1", "Namespace"): Kind("namespaces", False),
    ("v1", "ServiceAccount"): Kind("serviceaccounts"),
    ("v1", "Secret"): Kind("secrets"),
    ("v1", "Service"): Kind("services"),
    ("v1", "Pod"): Kind("pods"),
    ("v1", "ConfigMap"): Kind("configmaps"),
    ("v1", "PersistentVolumeClaim"): Kind("persistentvolumeclaims"),
    ("v1", "LimitRange"): Kind("limitranges"),
    ("v1", "ResourceQuota"): Kind("resourcequotas"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"): Kind("rolebindings"),
    ("rbac.authorization.k8s.io/v1", "Role"): Kind("roles"),
    ("rbac.authorization.k8s.io/v1", "ClusterRole"): Kind("clusterroles", False),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"): Kind("clusterrolebindings", False),
    ("networking.k8s.io/v1", "NetworkPolicy"): Kind("networkpolicies"),
    ("networking.k8s.io/v1", "Ingress"): Kind("ingresses"),
    ("route.openshift.io/v1", "Route"): Kind("routes"),
    ("project.openshift.io/v1", "ProjectRequest"): Kind("projectrequests", False),
    ("project.openshift.io/v1", "Project"): Kind("projects", False),
    ("image.openshift.io/v1", "ImageStream"): Kind("imagestreams"),
    ("user.openshift.io/v1", "User"): Kind("users", False),
    ("authentication.k8s.io/v1", "SelfSubjectReview"): Kind("selfsubjectreviews", False),
    ("authorization.k8s.io/v1", "SelfSubjectAccessReview"): Kind("selfsubjectaccessreviews", False),
}


def find_path(
    manifest: Mapping[str, Any],
    collection: bool = False,
    known: Mapping[tuple[str, str], Kind] = TABLE,
) -> str:
    """The path of the object that a manifest names, or of the collection it belongs to.

    KeyError for a kind that is not `known`.
    """
    version = manifest["apiVersion"]
    kind = known[(version, manifest["kind"])]
    metadata = manifest.get("metadata") or {}
    root = "/apis" if "/" in version else "/api"
    parts = [root, version]
    if kind.namespaced and metadata.get("namespace"):
        parts += ["namespaces", quote(metadata["namespace"], safe="")]
    parts.append(kind.plural)
    if not collection:
        parts.append(quote(metadata["name"], safe=""))
    return "/".join(parts)


def read_discovery(version: str, body: Mapping[str, Any]) -> dict[tuple[str, str], Kind]:
    """The kinds of one group and version from the API's own list of them, without subresources."""
    return {
        (version, item["kind"]): Kind(item["name"], bool(item.get("namespaced")))
        for item in body.get("resources") or []
        if "/" not in item["name"]
    }
