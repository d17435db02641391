"""What exists before anybody asks: OpenShift's cluster roles and their bindings, the first
namespaces. Pure data.

`behaviours/roles` puts it into the store at start and aggregates roles by label.
"""

from __future__ import annotations

from typing import Any

_RBAC = "rbac.authorization.k8s.io"
_READ = ["get", "list", "watch"]
_WRITE = ["create", "delete", "deletecollection", "patch", "update"]
_CORE_READ = [
    "bindings", "configmaps", "endpoints", "events", "limitranges", "namespaces",
        "namespaces/status",
    "persistentvolumeclaims", "persistentvolumeclaims/status", "pods", "pods/log", "pods/status",
    "replicationcontrollers", "replicationcontrollers/scale", "replicationcontrollers/status",
    "resourcequotas", "resourcequotas/status", "resourcequotausages", "serviceaccounts", "services",
    "services/status",
]  # fmt: skip
_CORE_WRITE = [
    "configmaps", "events", "persistentvolumeclaims", "pods", "pods/attach", "pods/exec",
    "pods/portforward", "pods/proxy", "replicationcontrollers", "replicationcontrollers/scale",
    "secrets", "serviceaccounts", "services", "services/proxy",
]  # fmt: skip
_APPS = [
    "daemonsets", "deployments", "deployments/rollback", "deployments/scale", "replicasets",
    "replicasets/scale", "statefulsets", "statefulsets/scale",
]  # fmt: skip
_APPS_READ = [
    "controllerrevisions", "daemonsets", "daemonsets/status", "deployments", "deployments/scale",
    "deployments/status", "replicasets", "replicasets/scale", "replicasets/status", "statefulsets",
    "statefulsets/scale", "statefulsets/status",
]  # fmt: skip
_SELF_REVIEWS = ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]
_DISCOVERY = [
    "/.well-known", "/.well-known/*", "/api", "/api/*", "/apis", "/apis/*", "/healthz", "/healthz/",
    "/livez", "/livez/", "/oapi", "/oapi/*", "/openapi", "/openapi/*", "/readyz", "/readyz/",
        "/swagger*",
    "/version", "/version/", "/version/*",
]  # fmt: skip


def rule(groups: list[str], resources: list[str], verbs: list[str], *names: str) -> dict[str, Any]:
    """One PolicyRule."""
    item: dict[str, Any] = {"apiGroups": groups, "resources": resources, "verbs": verbs}
    if names:
        item["resourceNames"] = list(names)
    return item


def _role(name: str, rules: list[dict], *into: str) -> dict[str, Any]:
    labels = {"kubernetes.io/bootstrapping": "rbac-defaults"}
    for target in into:
        labels[f"rbac.authorization.k8s.io/aggregate-to-{target}"] = "true"
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "ClusterRole",
        "metadata": {"name": name, "labels": labels},
        "rules": rules,
    }


def _aggregated(name: str, *into: str) -> dict[str, Any]:
    role = _role(name, [], *into)
    selector = {"matchLabels": {f"rbac.authorization.k8s.io/aggregate-to-{name}": "true"}}
    return {**role, "aggregationRule": {"clusterRoleSelectors": [selector]}}


def _binding(name: str, role: str, *groups: str) -> dict[str, Any]:
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name, "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}},
        "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": role},
        "subjects": [{"apiGroup": _RBAC, "kind": "Group", "name": group} for group in groups],
    }


_VIEW = [
    rule([""], _CORE_READ, _READ),
    rule(["apps"], _APPS_READ, _READ),
    rule(["autoscaling"], ["horizontalpodautoscalers", "horizontalpodautoscalers/status"], _READ),
    rule(["batch"], ["cronjobs", "cronjobs/status", "jobs", "jobs/status"], _READ),
    rule(["discovery.k8s.io"], ["endpointslices"], _READ),
    rule(["networking.k8s.io"], ["ingresses", "ingresses/status", "networkpolicies"], _READ),
    rule(["policy"], ["poddisruptionbudgets", "poddisruptionbudgets/status"], _READ),
    rule(["", "apps.openshift.io"], ["deploymentconfigs", "deploymentconfigs/scale",
        "deploymentconfigs/status"], _READ),
    rule(["", "image.openshift.io"], ["imagestreams", "imagestreams/status"], _READ),
    rule(["", "project.openshift.io"], ["projects"], ["get"]),
    rule(["", "quota.openshift.io"], ["appliedclusterresourcequotas"], _READ),
    rule(["", "route.openshift.io"], ["routes", "routes/status"], _READ),
    rule(["", "template.openshift.io"], ["processedtemplates", "templateconfigs",
        "templateinstances", "templates"], _READ),
]  # fmt: skip
_EDIT = [
    rule([""], ["pods/attach", "pods/exec", "pods/portforward", "pods/proxy", "secrets",
        "services/proxy"], _READ),
    rule([""], ["serviceaccounts"], ["impersonate"]),
    rule([""], _CORE_WRITE, _WRITE),
    rule([""], ["pods/eviction", "serviceaccounts/token"], ["create"]),
    rule(["apps"], _APPS, _WRITE),
    rule(["autoscaling"], ["horizontalpodautoscalers"], _WRITE),
    rule(["batch"], ["cronjobs", "jobs"], _WRITE),
    rule(["coordination.k8s.io"], ["leases"], [*_WRITE, *_READ]),
    rule(["networking.k8s.io"], ["ingresses", "networkpolicies"], _WRITE),
    rule(["policy"], ["poddisruptionbudgets"], _WRITE),
    rule(["", "apps.openshift.io"], ["deploymentconfigs", "deploymentconfigs/scale"], _WRITE),
    rule(["", "image.openshift.io"], ["imagestreams"], _WRITE),
    rule(["", "route.openshift.io"], ["routes"], _WRITE),
    rule(["", "route.openshift.io"], ["routes/custom-host"], ["create"]),
    rule(["", "template.openshift.io"], ["processedtemplates", "templateconfigs",
        "templateinstances", "templates"], _WRITE),
]  # fmt: skip
_ADMIN = [
    rule(["authorization.k8s.io"], ["localsubjectaccessreviews"], ["create"]),
    rule([_RBAC], ["rolebindings", "roles"], [*_WRITE, *_READ]),
    rule(["", "project.openshift.io"], ["projects"], ["delete", "get"]),
    rule(["", "project.openshift.io"], ["projects"], ["patch", "update"]),
    rule(["", "route.openshift.io"], ["routes/status"], ["update"]),
]
_BASIC_USER = [
    rule(["", "user.openshift.io"], ["users"], ["get"], "~"),
    rule(["", "project.openshift.io"], ["projectrequests"], ["list"]),
    rule([_RBAC], ["clusterroles"], _READ),
    rule(["storage.k8s.io"], ["storageclasses"], ["get", "list"]),
    rule(["", "project.openshift.io"], ["projects"], ["list", "watch"]),
    rule(["authorization.k8s.io"], _SELF_REVIEWS, ["create"]),
    rule(["authentication.k8s.io"], ["selfsubjectreviews"], ["create"]),
]

ROLES: list[dict[str, Any]] = [
    _role(
        "cluster-admin",
        [
            rule(["*"], ["*"], ["*"]),
            {"nonResourceURLs": ["*"], "verbs": ["*"]},
        ],
    ),
    _aggregated("admin"),
    _aggregated("edit", "admin"),
    _aggregated("view", "edit"),
    _role("system:openshift:aggregate-to-admin", _ADMIN, "admin"),
    _role("system:aggregate-to-edit", _EDIT, "edit"),
    _role("system:aggregate-to-view", _VIEW, "view"),
    _role("basic-user", _BASIC_USER),
    _role(
        "self-provisioner",
        [rule(["", "project.openshift.io"], ["projectrequests"], ["create"])],
    ),
    _role("self-access-reviewer", [rule(["authorization.k8s.io"], _SELF_REVIEWS, ["create"])]),
    _role(
        "system:basic-user",
        [
            rule(["authorization.k8s.io"], _SELF_REVIEWS, ["create"]),
            rule(["authentication.k8s.io"], ["selfsubjectreviews"], ["create"]),
        ],
    ),
    _role("system:discovery", [{"nonResourceURLs": _DISCOVERY, "verbs": ["get"]}]),
    _role(
        "system:public-info-viewer",
        [{"nonResourceURLs": ["/healthz", "/livez", "/readyz", "/version", "/version/"],
            "verbs": ["get"]}],
    ),
    _role(
        "system:oauth-token-deleter",
        [
            rule(["", "oauth.openshift.io"], ["oauthaccesstokens", "oauthauthorizetokens"],
                ["delete"]),
            rule(["oauth.openshift.io"], ["useroauthaccesstokens"], ["delete", "get", "list",
                "watch"]),
        ],
    ),
    _role(
        "system:auth-delegator",
        [
            rule(["authentication.k8s.io"], ["tokenreviews"], ["create"]),
            rule(["authorization.k8s.io"], ["subjectaccessreviews"], ["create"]),
        ],
    ),
    _role("cluster-reader", [rule(["*"], ["*"], _READ), {"nonResourceURLs": ["*"],
        "verbs": ["get"]}]),
]  # fmt: skip

BINDINGS: list[dict[str, Any]] = [
    _binding("cluster-admin", "cluster-admin", "system:masters"),
    _binding("cluster-admins", "cluster-admin", "system:cluster-admins"),
    _binding("basic-users", "basic-user", "system:authenticated"),
    _binding("system:basic-user", "system:basic-user", "system:authenticated"),
    _binding("self-access-reviewers", "self-access-reviewer", "system:authenticated",
        "system:unauthenticated"),
    _binding("self-provisioners", "self-provisioner", "system:authenticated:oauth"),
    _binding("system:discovery", "system:discovery", "system:authenticated"),
    _binding("system:public-info-viewer", "system:public-info-viewer", "system:authenticated",
        "system:unauthenticated"),
    _binding("system:oauth-token-deleters", "system:oauth-token-deleter", "system:authenticated"),
]  # fmt: skip

NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system", "openshift")
