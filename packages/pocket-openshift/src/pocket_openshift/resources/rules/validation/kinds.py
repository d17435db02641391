"""Which rules a kind has: one row each for a new object and for a change. Pure."""

from __future__ import annotations

from collections.abc import Callable

from pocket_openshift.resources.rules.validation import (
    claims,
    config_objects,
    formats,
    ingresses,
    jobs,
    limit_ranges,
    networks,
    object_meta,
    pods,
    quotas,
    roles,
    routes,
    scaling,
    services,
    workloads,
)
from pocket_openshift.vocabulary.errors import Cause
from pocket_openshift.vocabulary.field_errors import Causes, Object, items, part

New = Callable[[Object], Causes]
Change = Callable[[Object, Object], Causes]
_RBAC = f".{roles.GROUP}"
# Groups of OpenShift, whose servers are less strict about finalizers.
_OPENSHIFT = ".openshift.io"
_FREE = ("users.user.openshift.io", "identities.user.openshift.io", "groups.user.openshift.io")


def _namespace(obj: Object) -> Causes:
    yield from object_meta.of_new(obj, formats.dns_label)
    for _, name in items(part(obj, "spec"), "finalizers", "spec"):
        yield from object_meta.finalizer(name, "spec.finalizers")


def _namespace_change(new: Object, old: Object) -> Causes:
    yield from _namespace(new)
    yield from object_meta.of_change(new, old)


def _plain(form: formats.Form, *, own: bool = True) -> tuple[New, Change]:
    """Rules of a kind of which only the metadata are looked at."""

    def new(obj: Object) -> Causes:
        return object_meta.of_new(obj, form, own=own)

    def change(obj: Object, old: Object) -> Causes:
        yield from object_meta.of_change(obj, old, own=own)
        if own:
            yield from object_meta.of_new(obj, form)

    return new, change


RULES: dict[str, tuple[New, Change]] = {
    "configmaps": (config_objects.config_map, config_objects.config_map_change),
    "limitranges": (limit_ranges.of_new, limit_ranges.of_change),
    "namespaces": (_namespace, _namespace_change),
    "persistentvolumeclaims": (claims.of_new, claims.of_change),
    "pods": (pods.of_new, pods.of_change),
    "podtemplates": (workloads.pod_template, workloads.pod_template_change),
    "replicationcontrollers": (
        workloads.replication_controller,
        workloads.replication_controller_change,
    ),
    "resourcequotas": (quotas.of_new, quotas.of_change),
    "secrets": (config_objects.secret, config_objects.secret_change),
    "services": (services.of_new, services.of_change),
    "daemonsets.apps": (workloads.daemon_set, workloads.daemon_set_change),
    "deployments.apps": (workloads.deployment, workloads.deployment_change),
    "replicasets.apps": (workloads.replica_set, workloads.replica_set_change),
    "statefulsets.apps": (workloads.stateful_set, workloads.stateful_set_change),
    "horizontalpodautoscalers.autoscaling": (scaling.autoscaler, scaling.autoscaler_change),
    "cronjobs.batch": (jobs.cron_job, jobs.cron_job_change),
    "jobs.batch": (jobs.job, jobs.job_change),
    "ingresses.networking.k8s.io": (ingresses.of_new, ingresses.of_change),
    "networkpolicies.networking.k8s.io": (networks.of_new, networks.of_change),
    "poddisruptionbudgets.policy": (scaling.budget, scaling.budget_change),
    f"roles{_RBAC}": (roles.role, roles.role_change),
    f"clusterroles{_RBAC}": (roles.cluster_role, roles.cluster_role_change),
    f"rolebindings{_RBAC}": (roles.binding, roles.binding_change),
    f"clusterrolebindings{_RBAC}": (roles.cluster_binding, roles.cluster_binding_change),
    "routes.route.openshift.io": (routes.of_new, routes.of_change),
}


def _rules_of(resource: str) -> tuple[New, Change]:
    found = RULES.get(resource)
    if found is not None:
        return found
    if resource.endswith(_OPENSHIFT):
        free = resource in _FREE or ".oauth." in resource
        return _plain(formats.path_segment if free else formats.dns_subdomain, own=False)
    return _plain(formats.dns_subdomain)


def find_causes(resource: str, new: Object, old: Object | None) -> list[Cause]:
    """What is wrong with a new object (`old` is None) or a changed one, in the server's order.

    A change is looked at twice by the server, once for all kinds and once for this one, and both
    are told.
    """
    of_new, of_change = _rules_of(resource)
    if old is None:
        return [*of_new(new)]
    return [*object_meta.of_change(new, old, own=False), *of_change(new, old)]
