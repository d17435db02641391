"""Budgets: how much a project may use, as LimitRange and ResourceQuotas.

The table and the object names are those of the original system, number for number; what it did not
count has numbers of our own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from workshop_spawner.model import session_labels
from workshop_spawner.model.session import Session

ANNOTATION = "resource-budget"
LIMITS = "resource-limits"
COMPUTE = "compute-resources"
TIMEBOUND = "compute-resources-timebound"
COUNTS = "object-counts"
OBJECTS = (LIMITS, COMPUTE, TIMEBOUND, COUNTS)

DEFAULT = "default"
ANONYMOUS = "small"
UNLIMITED = "unlimited"
CUSTOM = "custom"


@dataclass(frozen=True)
class Size:
    """One row of the table; quantities as Kubernetes writes them."""

    cpu: str
    memory: str
    default_cpu: str
    default_memory: str
    storage: str
    persistentvolumeclaims: int
    replicationcontrollers: int
    secrets: int
    services: int
    min_cpu: str = "50m"
    min_memory: str = "32Mi"
    request_cpu: str = "50m"
    request_memory: str = "128Mi"
    min_storage: str = "1Gi"
    ephemeral_storage: str = "16Gi"
    default_ephemeral_storage: str = "2Gi"
    request_ephemeral_storage: str = "128Mi"
    pods: int = 20
    configmaps: int = 40
    jobs: int = 20
    ingresses: int = 5
    routes: int = 5
    others: int = 100
    loadbalancers: int = 0
    nodeports: int = 0


def _size(*original: Any, disk: str, pods: int, configmaps: int, hosts: int, others: int) -> Size:
    """The original's numbers, and ours for what it did not count."""
    size = Size(*original)
    return replace(
        size,
        ephemeral_storage=disk,
        pods=pods,
        jobs=pods,
        configmaps=configmaps,
        ingresses=hosts,
        routes=hosts,
        others=others,
    )


_SMALL = Size("1", "1Gi", "250m", "256Mi", "1Gi", 3, 10, 20, 5)
_MEDIUM = ("2", "2Gi", "500m", "512Mi", "5Gi", 6, 15, 25, 10)
_LARGE = ("4", "4Gi", "500m", "1Gi", "10Gi", 12, 25, 35, 20)
_X_LARGE = ("8", "8Gi", "500m", "2Gi", "20Gi", 18, 35, 45, 30)
_XX_LARGE = ("12", "12Gi", "500m", "2Gi", "20Gi", 24, 45, 55, 40)
_XXX_LARGE = ("16", "16Gi", "500m", "2Gi", "20Gi", 30, 55, 65, 50)
SIZES = {
    "small": _SMALL,
    "medium": _size(*_MEDIUM, disk="24Gi", pods=30, configmaps=50, hosts=10, others=150),
    "large": _size(*_LARGE, disk="32Gi", pods=50, configmaps=70, hosts=20, others=200),
    "x-large": _size(*_X_LARGE, disk="48Gi", pods=70, configmaps=90, hosts=30, others=250),
    "xx-large": _size(*_XX_LARGE, disk="64Gi", pods=90, configmaps=110, hosts=40, others=300),
    "xxx-large": _size(*_XXX_LARGE, disk="80Gi", pods=110, configmaps=130, hosts=50, others=350),
}
# Not RoleBindings and NetworkPolicies: the hub makes its own while the cluster still counts, and a
# quota without a count refuses all.
OTHERS = (
    "cronjobs.batch",
    "daemonsets.apps",
    "deployments.apps",
    "endpoints",
    "horizontalpodautoscalers.autoscaling",
    "podtemplates",
    "replicasets.apps",
    "serviceaccounts",
    "statefulsets.apps",
    "buildconfigs.build.openshift.io",
    "builds.build.openshift.io",
    "deploymentconfigs.apps.openshift.io",
    "imagestreams.image.openshift.io",
)
NAMES = (DEFAULT, UNLIMITED, *SIZES)
_QUANTITY = re.compile(r"\d+(\.\d+)?(m|k|[MGTPE]|[KMGTPE]i)?")
_FIELDS = tuple(field.name for field in fields(Size))


@dataclass(frozen=True)
class Budget:
    """A budget by name, and its size unless it is `default` or `unlimited`."""

    name: str
    size: Size | None = None

    @property
    def clears(self) -> bool:
        """Whether limits that the cluster's own template made are to be removed."""
        return self.name != DEFAULT


def choose_default(*, anonymous: bool) -> str:
    """The budget where nobody has set one; `anonymous` visitors get one that holds."""
    return ANONYMOUS if anonymous else DEFAULT


# As an administrator writes a budget.
Setting = str | Mapping[str, Any]


def parse_budget(value: Setting) -> Budget:
    """Read a budget as an administrator writes it.

    A name of the table; or a dict `{"base": "medium", "memory": "3Gi", ...}` whose other keys are
    fields of `Size` (`base` defaults to `small`). ValueError says what is wrong.
    """
    if isinstance(value, str):
        if value not in NAMES:
            raise ValueError(f"{value!r} is no budget; use one of {', '.join(NAMES)}, or a dict.")
        return Budget(value, SIZES.get(value))
    changes = dict(value)
    base = changes.pop("base", "small")
    if base not in SIZES:
        raise ValueError(f"base {base!r} is not one of {', '.join(SIZES)}.")
    unknown = sorted(set(changes) - set(_FIELDS))
    if unknown:
        raise ValueError(
            f"{', '.join(map(repr, unknown))} is nothing a budget has; it has {', '.join(_FIELDS)}."
        )
    return Budget(
        CUSTOM, replace(SIZES[base], **{key: _read(key, changes[key]) for key in changes})
    )


def is_quantity(text: str) -> bool:
    """Whether the API takes this for a quantity of memory, storage or CPU."""
    return _QUANTITY.fullmatch(text) is not None


def _read(key: str, value: object) -> Any:
    if isinstance(getattr(SIZES["small"], key), int):
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise ValueError(f"{key} is a number of objects, 0 or more, not {value!r}.")
        return value
    if isinstance(value, bool) or not is_quantity(f"{value}"):
        raise ValueError(f"{key} is a quantity such as '500m' or '2Gi', not {value!r}.")
    return f"{value}"


def make_objects(session: Session, budget: Budget, project: str = "") -> tuple[dict[str, Any], ...]:
    """The LimitRange and the three ResourceQuotas of a budget; none for default and unlimited."""
    if budget.size is None:
        return ()
    size = budget.size
    compute = {"limits.cpu": size.cpu, "limits.memory": size.memory}
    where = project or session.project
    bodies = (
        ("LimitRange", LIMITS, {"limits": make_limits(size)}),
        ("ResourceQuota", COMPUTE, {"hard": compute, "scopes": ["NotTerminating"]}),
        ("ResourceQuota", TIMEBOUND, {"hard": compute, "scopes": ["Terminating"]}),
        ("ResourceQuota", COUNTS, {"hard": make_counts(size)}),
    )
    return tuple(
        {
            "apiVersion": "v1",
            "kind": kind,
            "metadata": _metadata(session, budget, name, where),
            "spec": spec,
        }
        for kind, name, spec in bodies
    )


def make_counts(size: Size) -> dict[str, str]:
    """How many objects of which kind; kinds that a cluster does not know, it does not count.

    Disk is here, as a quota with scopes cannot hold it.
    """
    counted = {
        "persistentvolumeclaims": size.persistentvolumeclaims,
        "replicationcontrollers": size.replicationcontrollers,
        "secrets": size.secrets,
        "services": size.services,
        "services.loadbalancers": size.loadbalancers,
        "services.nodeports": size.nodeports,
        "configmaps": size.configmaps,
        "pods": size.pods,
        "count/jobs.batch": size.jobs,
        "count/ingresses.networking.k8s.io": size.ingresses,
        "count/routes.route.openshift.io": size.routes,
        **{f"count/{kind}": size.others for kind in OTHERS},
    }
    counts = {name: f"{number}" for name, number in counted.items()}
    return {**counts, "limits.ephemeral-storage": size.ephemeral_storage}


def _metadata(session: Session, budget: Budget, name: str, project: str) -> dict[str, Any]:
    metadata = session_labels.make_metadata(session, name, project)
    metadata["annotations"][ANNOTATION] = budget.name
    return metadata


def make_limits(size: Size) -> list[dict[str, Any]]:
    """The limits of a pod, a container and a volume claim, as a LimitRange lists them."""
    least = {"cpu": size.min_cpu, "memory": size.min_memory}
    most = {"cpu": size.cpu, "memory": size.memory}
    return [
        {"type": "Pod", "min": least, "max": most},
        {
            "type": "Container",
            "min": least,
            "max": most,
            "default": {
                "cpu": size.default_cpu,
                "memory": size.default_memory,
                "ephemeral-storage": size.default_ephemeral_storage,
            },
            "defaultRequest": {
                "cpu": size.request_cpu,
                "memory": size.request_memory,
                "ephemeral-storage": size.request_ephemeral_storage,
            },
        },
        {
            "type": "PersistentVolumeClaim",
            "min": {"storage": size.min_storage},
            "max": {"storage": size.storage},
        },
    ]
