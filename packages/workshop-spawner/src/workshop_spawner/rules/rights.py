"""Which rights the hub's account needs, for what the administrator decided.

rights_check.py asks the cluster for each; a test holds the rules of templates/hub-rbac.yaml equal
to those of the default settings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workshop_spawner.rules import plan, project_roles

RBAC = "rbac.authorization.k8s.io"


@dataclass(frozen=True, order=True)
class Right:
    """One verb on one resource: in the hub's namespace, or (`everywhere`) in the whole cluster."""

    everywhere: bool
    group: str
    resource: str
    verb: str
    name: str = ""

    @property
    def is_optional(self) -> bool:
        """Whether sessions start without it, too: a name of an image is then taken as written."""
        return self.resource == "imagestreams"

    def make_attributes(self, namespace: str) -> dict[str, str]:
        """The question of an access review."""
        attributes = {"group": self.group, "resource": self.resource, "verb": self.verb}
        if self.name:
            attributes["name"] = self.name
        if not self.everywhere:
            attributes["namespace"] = namespace
        return attributes


@dataclass(frozen=True)
class Uses:
    """What a session has beside what every wish already says."""

    home: bool = False
    delete_home: bool = False
    services: bool = False
    certificates: bool = False
    events: bool = True
    refresh: bool = False
    pool: bool = False
    pods: bool = False
    streams: bool = False
    api_endpoints: bool = False


def list_rights(spec: plan.SessionSpec, uses: Uses | None = None) -> tuple[Right, ...]:
    """All rights that the hub needs, sorted."""
    uses = uses or Uses()
    own, projects = _in_own_namespace(spec, uses), _in_projects(spec, uses)
    return tuple(sorted({*own, *projects, *_in_the_cluster(uses)}))


def _in_the_cluster(uses: Uses) -> Iterator[Right]:
    if uses.api_endpoints:
        yield Right(True, "", "endpoints", "get", "kubernetes")


def _in_own_namespace(spec: plan.SessionSpec, uses: Uses) -> Iterator[Right]:
    yield from _of_pool(uses)
    yield from _all("", "pods", "get list watch create delete")
    if uses.events:
        yield from _all("", "events", "list watch")
    yield from _all("", "serviceaccounts", "get list create delete")
    yield from _all("coordination.k8s.io", "leases", "get create patch")
    yield from _all("", "secrets", "get create" + (" patch" if uses.refresh else ""))
    if spec.isolation is not None and (spec.by_request or not _has_project(spec)):
        yield from _all("networking.k8s.io", "networkpolicies", "get create")
    if uses.home:
        verbs = "get create" + (" delete" if uses.delete_home else "")
        yield from _all("", "persistentvolumeclaims", verbs)
    if uses.services:
        yield from _all("", "services", "get create delete")
    if uses.certificates:
        yield from _all("", "secrets", "delete")
    if spec.exposed.ports and spec.exposed.by != "proxy":
        yield from _all("", "services", "get create")
        if spec.exposed.by == "route":
            yield from _all("route.openshift.io", "routes", "get create")
            yield Right(False, "route.openshift.io", "routes/custom-host", "create")
        else:
            yield from _all("networking.k8s.io", "ingresses", "get create")
    if uses.streams:
        yield Right(False, "image.openshift.io", "imagestreams", "get")


def _of_pool(uses: Uses) -> Iterator[Right]:
    """What handing out takes in the hub's namespace: account and pod become the visitor's."""
    if uses.pool:
        yield Right(False, "", "serviceaccounts", "patch")
    if uses.pods:
        yield Right(False, "", "pods", "patch")


def _has_project(spec: plan.SessionSpec) -> bool:
    """Whether the hub makes a project, with rights that hold in its own namespace too."""
    return spec.project in (plan.TEMPORARY, plan.PERSISTENT)


def _in_projects(spec: plan.SessionSpec, uses: Uses) -> Iterator[Right]:
    if not _has_project(spec):
        return
    if spec.by_request:
        yield Right(True, "project.openshift.io", "projectrequests", "create")
    else:
        yield from _everywhere("", "namespaces", "get list create delete")
    lasting = spec.project == plan.PERSISTENT
    if not spec.by_request:
        verbs = "get create patch delete" if lasting else "get create"
        yield from _everywhere(RBAC, "rolebindings", verbs)
        if spec.isolation is not None:
            yield from _everywhere(
                "networking.k8s.io", "networkpolicies", verbs.removesuffix(" delete")
            )
    if spec.budget.size or (spec.budget.clears and (lasting or spec.by_request)):
        clears = lasting or spec.by_request
        verbs = "get create list patch delete" if clears else "get create"
        yield from _everywhere("", "limitranges", verbs)
        yield from _everywhere("", "resourcequotas", verbs)
    if uses.pool:
        yield Right(True, "", "namespaces", "patch")
    if not spec.by_request:
        yield from _of_cluster_roles(spec)


def _of_cluster_roles(spec: plan.SessionSpec) -> Iterator[Right]:
    """What it does with ClusterRoles: give them away, and look whether they are there."""
    if spec.project_owner:
        yield Right(True, RBAC, "clusterroles", "get", spec.project_owner)
    roles = {spec.role, spec.session_rules} if spec.identity != plan.NONE else set()
    roles |= {spec.hub_role} if spec.extras else set()
    for role in sorted(roles - {""}):
        yield Right(True, RBAC, "clusterroles", "bind", role)
    if spec.role == project_roles.WORKSHOP_ADMIN:
        yield Right(True, RBAC, "clusterroles", "get", spec.role)


def _all(group: str, resource: str, verbs: str) -> Iterator[Right]:
    return (Right(False, group, resource, verb) for verb in verbs.split())


def _everywhere(group: str, resource: str, verbs: str) -> Iterator[Right]:
    return (Right(True, group, resource, verb) for verb in verbs.split())


def list_granted(rules: Iterable[Mapping[str, Any]], everywhere: bool) -> Iterator[Right]:
    """The single rights that the rules of a (Cluster)Role grant."""
    for rule in rules:
        for group in rule["apiGroups"]:
            for resource in rule["resources"]:
                for verb in rule["verbs"]:
                    for name in rule.get("resourceNames") or [""]:
                        yield Right(everywhere, group, resource, verb, name)


def problem_with_missing(missing: Iterable[Right]) -> str | None:
    """What the hub's account lacks, for who asks for something that takes it; None for nothing."""
    named = [f"{right.verb} {right.resource}" for right in sorted(missing)]
    if not named:
        return None
    return (
        f"the hub's account lacks the right to {' and '.join(named)}, which comes with "
        "reserved_sessions and reserved_pods in its templates"
    )


def render_rules(rights: Iterable[Right]) -> str:
    """The rules that grant the rights, as YAML, those of the whole cluster apart."""
    by_place: dict[bool, dict[tuple[str, str, str], list[str]]] = {}
    for right in sorted(rights):
        rules = by_place.setdefault(right.everywhere, {})
        rules.setdefault((right.group, right.resource, right.name), []).append(right.verb)
    lines: list[str] = []
    for everywhere, rules in by_place.items():
        place = (
            "a ClusterRole, bound in the whole cluster" if everywhere else "a Role beside the hub"
        )
        lines.append(f"# in {place}")
        for (group, resource, name), verbs in rules.items():
            lines.append(f'- apiGroups: ["{group}"]')
            lines.append(f'  resources: ["{resource}"]')
            if name:
                lines.append(f'  resourceNames: ["{name}"]')
            lines.append(f"  verbs: [{', '.join(f'{chr(34)}{verb}{chr(34)}' for verb in verbs)}]")
    return "\n".join(lines)
