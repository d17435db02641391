"""The table of kinds that are served. One row a kind; nothing else knows a list of kinds.

Pure data and look-ups: `paths` finds a row for a URL, `discovery` prints the rows, the store and
the rules of access speak of a row by its `resource` ("pods", "routes.route.openshift.io").
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field

READ = ("get", "list", "watch")
WRITE = ("create", "delete", "deletecollection", "patch", "update")
ALL = tuple(sorted(READ + WRITE))
CREATE = ("create",)


@dataclass(frozen=True, slots=True)
class Kind:
    """One served kind.

    `stored` is False for kinds that only answer (reviews, requests, views of another kind).
    `subresources` maps a name ("status") to the verbs it knows.
    """

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool = True
    verbs: tuple[str, ...] = ALL
    short: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    subresources: dict[str, tuple[str, ...]] = field(
        default_factory=dict, hash=False, compare=False
    )
    stored: bool = True
    label_name: bool = False

    @property
    def api_version(self) -> str:
        """`v1` or `group/version`, as objects of this kind carry it."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def resource(self) -> str:
        """The plural with its group, as error messages say it: `pods`,
        `routes.route.openshift.io`.
        """
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def singular(self) -> str:
        """The singular name that discovery and kubectl use."""
        return self.kind.lower()

    @property
    def storage_hash(self) -> str:
        """What discovery calls storageVersionHash: eight bytes of SHA-256 over
        group/version/kind.
        """
        text = f"{self.group}/{self.version}/{self.kind}"
        return base64.b64encode(hashlib.sha256(text.encode()).digest()[:8]).decode()


_STATUS = {"status": ("get", "patch", "update")}
_SCALE = {"scale": ("get", "patch", "update"), **_STATUS}
_POD = {
    "attach": ("create", "get"),
    "binding": CREATE,
    "ephemeralcontainers": ("get", "patch", "update"),
    "eviction": CREATE,
    "exec": ("create", "get"),
    "log": ("get",),
    "portforward": ("create", "get"),
    "proxy": ("create", "delete", "get", "patch", "update"),
    "resize": ("get", "patch", "update"),
    **_STATUS,
}
_NO_COLLECTION = tuple(verb for verb in ALL if verb != "deletecollection")


def _core(kind: str, plural: str, *short: str, **more: object) -> Kind:
    return Kind("", "v1", kind, plural, short=short, **more)  # type: ignore[arg-type]


def _group(group: str, kind: str, plural: str, *short: str, **more: object) -> Kind:
    version = str(more.pop("version", "v1"))
    return Kind(group, version, kind, plural, short=short, **more)  # type: ignore[arg-type]


def _review(group: str, kind: str, *, namespaced: bool = False) -> Kind:
    return Kind(group, "v1", kind, kind.lower() + "s", namespaced, CREATE, stored=False)


_APPS = "apps"
_AUTHN, _AUTHZ, _RBAC = "authentication.k8s.io", "authorization.k8s.io", "rbac.authorization.k8s.io"
_NET, _USER, _OAUTH = "networking.k8s.io", "user.openshift.io", "oauth.openshift.io"
_PROJECT, _TEMPLATE = "project.openshift.io", "template.openshift.io"
_ALL_CATEGORY = ("all",)

KINDS: tuple[Kind, ...] = (
    _core("Binding", "bindings", verbs=CREATE, stored=False),
    _core("ConfigMap", "configmaps", "cm"),
    _core("Endpoints", "endpoints", "ep"),
    _core("Event", "events", "ev"),
    _core("LimitRange", "limitranges", "limits"),
    _core(
        "Namespace",
        "namespaces",
        "ns",
        namespaced=False,
        verbs=_NO_COLLECTION,
        subresources={"finalize": ("update",), **_STATUS},
        label_name=True,
    ),
    _core(
        "Node",
        "nodes",
        "no",
        namespaced=False,
        subresources={"proxy": ("create", "delete", "get", "patch", "update"), **_STATUS},
    ),
    _core("PersistentVolumeClaim", "persistentvolumeclaims", "pvc", subresources=_STATUS),
    _core("PersistentVolume", "persistentvolumes", "pv", namespaced=False, subresources=_STATUS),
    _core("Pod", "pods", "po", subresources=_POD, categories=_ALL_CATEGORY),
    _core("PodTemplate", "podtemplates"),
    _core(
        "ReplicationController",
        "replicationcontrollers",
        "rc",
        subresources=_SCALE,
        categories=_ALL_CATEGORY,
    ),
    _core("ResourceQuota", "resourcequotas", "quota", subresources=_STATUS),
    _core("Secret", "secrets"),
    _core("ServiceAccount", "serviceaccounts", "sa", subresources={"token": CREATE}),
    _core(
        "Service",
        "services",
        "svc",
        subresources={"proxy": ("create", "delete", "get", "patch", "update"), **_STATUS},
        categories=_ALL_CATEGORY,
        label_name=True,
    ),
    _group(_APPS, "ControllerRevision", "controllerrevisions"),
    _group(_APPS, "DaemonSet", "daemonsets", "ds", subresources=_STATUS, categories=_ALL_CATEGORY),
    _group(
        _APPS, "Deployment", "deployments", "deploy", subresources=_SCALE, categories=_ALL_CATEGORY
    ),
    _group(_APPS, "ReplicaSet", "replicasets", "rs", subresources=_SCALE, categories=_ALL_CATEGORY),
    _group(
        _APPS, "StatefulSet", "statefulsets", "sts", subresources=_SCALE, categories=_ALL_CATEGORY
    ),
    _review(_AUTHN, "SelfSubjectReview"),
    _review(_AUTHN, "TokenReview"),
    _review(_AUTHZ, "LocalSubjectAccessReview", namespaced=True),
    _review(_AUTHZ, "SelfSubjectAccessReview"),
    _review(_AUTHZ, "SelfSubjectRulesReview"),
    _review(_AUTHZ, "SubjectAccessReview"),
    _group(
        "autoscaling",
        "HorizontalPodAutoscaler",
        "horizontalpodautoscalers",
        "hpa",
        version="v2",
        subresources=_STATUS,
        categories=_ALL_CATEGORY,
    ),
    _group("batch", "CronJob", "cronjobs", "cj", subresources=_STATUS, categories=_ALL_CATEGORY),
    _group("batch", "Job", "jobs", subresources=_STATUS, categories=_ALL_CATEGORY),
    _group("coordination.k8s.io", "Lease", "leases"),
    _group("discovery.k8s.io", "EndpointSlice", "endpointslices"),
    _group(_NET, "IngressClass", "ingressclasses", namespaced=False),
    _group(_NET, "Ingress", "ingresses", "ing", subresources=_STATUS),
    _group(_NET, "NetworkPolicy", "networkpolicies", "netpol"),
    _group("policy", "PodDisruptionBudget", "poddisruptionbudgets", "pdb", subresources=_STATUS),
    _group(_RBAC, "ClusterRoleBinding", "clusterrolebindings", namespaced=False),
    _group(_RBAC, "ClusterRole", "clusterroles", namespaced=False),
    _group(_RBAC, "RoleBinding", "rolebindings"),
    _group(_RBAC, "Role", "roles"),
    _group("scheduling.k8s.io", "PriorityClass", "priorityclasses", "pc", namespaced=False),
    _group("storage.k8s.io", "StorageClass", "storageclasses", "sc", namespaced=False),
    _group(
        "apps.openshift.io",
        "DeploymentConfig",
        "deploymentconfigs",
        "dc",
        subresources=_SCALE,
        categories=_ALL_CATEGORY,
    ),
    _group(
        "image.openshift.io",
        "ImageStream",
        "imagestreams",
        "is",
        subresources=_STATUS,
        categories=_ALL_CATEGORY,
    ),
    _group(_OAUTH, "OAuthAccessToken", "oauthaccesstokens", namespaced=False),
    _group(_OAUTH, "OAuthAuthorizeToken", "oauthauthorizetokens", namespaced=False),
    _group(_OAUTH, "OAuthClientAuthorization", "oauthclientauthorizations", namespaced=False),
    _group(_OAUTH, "OAuthClient", "oauthclients", namespaced=False),
    _group(
        _OAUTH,
        "UserOAuthAccessToken",
        "useroauthaccesstokens",
        namespaced=False,
        verbs=("delete", "get", "list", "watch"),
        stored=False,
    ),
    _group(
        _PROJECT,
        "ProjectRequest",
        "projectrequests",
        namespaced=False,
        verbs=("create", "list"),
        stored=False,
    ),
    _group(_PROJECT, "Project", "projects", namespaced=False, verbs=_NO_COLLECTION, stored=False),
    _group(
        "quota.openshift.io",
        "ClusterResourceQuota",
        "clusterresourcequotas",
        "clusterquota",
        namespaced=False,
        subresources=_STATUS,
    ),
    _group(
        "route.openshift.io",
        "Route",
        "routes",
        subresources=_STATUS,
        categories=_ALL_CATEGORY,
    ),
    _group(
        "security.openshift.io",
        "SecurityContextConstraints",
        "securitycontextconstraints",
        "scc",
        namespaced=False,
    ),
    _group(_TEMPLATE, "Template", "processedtemplates", verbs=CREATE, stored=False),
    _group(_TEMPLATE, "Template", "templates"),
    _group(_USER, "Group", "groups", namespaced=False),
    _group(_USER, "Identity", "identities", namespaced=False),
    _group(
        _USER,
        "UserIdentityMapping",
        "useridentitymappings",
        namespaced=False,
        verbs=("create", "delete", "get", "patch", "update"),
        stored=False,
    ),
    _group(_USER, "User", "users", namespaced=False),
)

_BY_PATH = {(k.group, k.version, k.plural): k for k in KINDS}
_BY_RESOURCE = {k.resource: k for k in KINDS}
_BY_KIND = {(k.api_version, k.kind): k for k in KINDS if k.plural != "processedtemplates"}
GROUP_VERSIONS: tuple[tuple[str, str], ...] = tuple(
    dict.fromkeys((k.group, k.version) for k in KINDS)
)


def at_path(group: str, version: str, plural: str) -> Kind | None:
    """The row for the parts of a URL, or None."""
    return _BY_PATH.get((group, version, plural))


def named(resource: str) -> Kind:
    """The row for `pods` or `routes.route.openshift.io`; KeyError when there is none."""
    return _BY_RESOURCE[resource]


def of_object(obj: dict) -> Kind | None:
    """The row for an object's `apiVersion` and `kind`, or None."""
    return _BY_KIND.get((str(obj.get("apiVersion")), str(obj.get("kind"))))


def of_group_version(group: str, version: str) -> list[Kind]:
    """All rows of one group and version, in the table's order."""
    return [k for k in KINDS if (k.group, k.version) == (group, version)]
