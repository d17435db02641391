"""Where in the API the objects of a kind are: a table, and what discovery says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind by its group and version, its name, and the plural that paths spell."""

    api_version: str
    kind: str
    plural: str
    is_namespaced: bool = True
    verbs: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        """The API group, "" for the core."""
        return self.api_version.rpartition("/")[0]

    def path(self, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """The path of a collection, or of one object when named."""
        parts = [find_root(self.api_version)]
        if self.is_namespaced and namespace:
            parts += ["namespaces", quote(namespace, safe="")]
        parts += [self.plural, quote(name, safe="~"), subresource]
        return "/".join(filter(None, parts))


Known = Mapping[tuple[str, str], Kind]

_RBAC, _NETWORK = "rbac.authorization.k8s.io/v1", "networking.k8s.io/v1"
_AUTHENTICATION, _AUTHORIZATION = "authentication.k8s.io/v1", "authorization.k8s.io/v1"
_PROJECT, _OAUTH = "project.openshift.io/v1", "oauth.openshift.io/v1"
_COMMON = (
    Kind("v1", "Namespace", "namespaces", False),
    Kind("v1", "Node", "nodes", False),
    Kind("v1", "PersistentVolume", "persistentvolumes", False),
    Kind("v1", "ServiceAccount", "serviceaccounts"),
    Kind("v1", "Secret", "secrets"),
    Kind("v1", "Service", "services"),
    Kind("v1", "Pod", "pods"),
    Kind("v1", "Event", "events"),
    Kind("v1", "ConfigMap", "configmaps"),
    Kind("v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
    Kind("v1", "LimitRange", "limitranges"),
    Kind("v1", "ResourceQuota", "resourcequotas"),
    Kind(_RBAC, "RoleBinding", "rolebindings"),
    Kind(_RBAC, "Role", "roles"),
    Kind(_RBAC, "ClusterRole", "clusterroles", False),
    Kind(_RBAC, "ClusterRoleBinding", "clusterrolebindings", False),
    Kind(_NETWORK, "NetworkPolicy", "networkpolicies"),
    Kind(_NETWORK, "Ingress", "ingresses"),
    Kind(_AUTHENTICATION, "SelfSubjectReview", "selfsubjectreviews", False),
    Kind(_AUTHORIZATION, "SelfSubjectAccessReview", "selfsubjectaccessreviews", False),
    Kind("route.openshift.io/v1", "Route", "routes"),
    Kind(_PROJECT, "Project", "projects", False),
    Kind(_PROJECT, "ProjectRequest", "projectrequests", False),
    Kind("image.openshift.io/v1", "ImageStream", "imagestreams"),
    Kind("user.openshift.io/v1", "User", "users", False),
    Kind(_OAUTH, "OAuthAccessToken", "oauthaccesstokens", False),
    Kind(_OAUTH, "UserOAuthAccessToken", "useroauthaccesstokens", False),
)
TABLE: Known = {(kind.api_version, kind.kind): kind for kind in _COMMON}


def find_root(api_version: str) -> str:
    """The path of a group and version."""
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"


def parse_kinds(api_version: str, document: Mapping[str, Any]) -> dict[tuple[str, str], Kind]:
    """The kinds of an APIResourceList, without subresources; where two share a name, one kept."""
    found: dict[tuple[str, str], Kind] = {}
    for item in document.get("resources") or ():
        verbs = tuple(item.get("verbs") or ())
        is_better = (api_version, item["kind"]) not in found or "get" in verbs
        if "/" not in item["name"] and is_better:
            kind = Kind(
                api_version, item["kind"], item["name"], bool(item.get("namespaced")), verbs
            )
            found[api_version, kind.kind] = kind
    return found


def parse_versions(document: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """The preferred version of each group of an APIGroupList, and the groups that name none."""
    versions: list[str] = []
    broken: list[str] = []
    for group in document.get("groups") or ():
        version = (group.get("preferredVersion") or {}).get("groupVersion") or ""
        (versions if "/" in version else broken).append(version or str(group.get("name")))
    return versions, broken


def find_able(kinds: Iterable[Kind], *verbs: str) -> list[Kind]:
    """The namespaced kinds that can be asked all these verbs."""
    return [kind for kind in kinds if kind.is_namespaced and set(verbs) <= set(kind.verbs)]
