"""OAuth scopes: what a token may be used for, whatever its owner may do. Pure.

`authorization` asks here before the rules of access when a token carries scopes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pocket_openshift.access import rbac
from pocket_openshift.access import scope_names as asking

_ALL = rbac.ANY
_USER, _PROJECT = "user.openshift.io", "project.openshift.io"
_AUTHZ = ("authorization.k8s.io",)
_OLD_AUTHZ = ("", "authorization.openshift.io")

DISCOVERY = rbac.Rule(
    ("get",),
    paths=(
        *("/version", "/version/*", "/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez"),
        *("/readyz", "/openapi", "/openapi/*", "/swagger*", "/.well-known", "/.well-known/*"),
    ),
)

_FIXED: dict[str, tuple[rbac.Rule, ...]] = {
    "user:full": (
        rbac.Rule((_ALL,), (_ALL,), (_ALL,)),
        rbac.Rule((_ALL,), paths=(_ALL,)),
    ),
    "user:info": (rbac.Rule(("get",), (_USER, ""), ("users",), ("~",)),),
    "user:check-access": (
        rbac.Rule(("create",), _AUTHZ, ("selfsubjectaccessreviews",)),
        rbac.Rule(("create",), _OLD_AUTHZ, ("selfsubjectrulesreviews",)),
    ),
    "user:list-projects": (
        rbac.Rule(("list", "watch"), (_PROJECT, ""), ("projects",)),
        rbac.Rule(("get",), ("",), ("namespaces",)),
    ),
    "user:list-scoped-projects": (rbac.Rule(("list", "watch"), (_PROJECT, ""), ("projects",)),),
}
KNOWN = tuple(_FIXED)
# What a `role:` scope without "!" never gives, as (group, resource).
_ESCALATING = frozenset(
    {
        ("", "secrets"),
        ("network.openshift.io", "service/externalips"),
        *((group, "imagestreams/secrets") for group in ("", "image.openshift.io")),
        *(
            (group, resource)
            for group in ("", "oauth.openshift.io")
            for resource in ("oauthaccesstokens", "oauthauthorizetokens")
        ),
        *(
            (group, resource)
            for group in ("", "authorization.openshift.io")
            for resource in ("roles", "rolebindings", "clusterroles", "clusterrolebindings")
        ),
    }
)
# The rules of a ClusterRole by its name; none when there is no such role.
RoleRules = Callable[[str], Sequence[rbac.Rule]]


def role_of(scope: str) -> tuple[str, str, bool] | None:
    """`role:edit:ns[:!]` as (ClusterRole, namespace or '*', may escalate?), None for another."""
    found = asking.parse_role(scope)
    return (found.role, found.namespace, found.escalating) if found else None


def fixed_rules(scopes: Sequence[str]) -> list[rbac.Rule]:
    """The rules of all `user:` scopes, with what discovery needs."""
    return [DISCOVERY, *(rule for scope in scopes for rule in _FIXED.get(scope, ()))]


def without_escalating(rules: Sequence[rbac.Rule]) -> list[rbac.Rule]:
    """A role's rules less those that are unbounded, or by which a token could grow."""
    kept = []
    for rule in rules:
        if _ALL in (*rule.verbs, *rule.groups, *rule.resources):
            continue
        resources = tuple(r for r in rule.resources if not _escalates(rule.groups, r))
        if resources or rule.paths:
            kept.append(rbac.Rule(rule.verbs, rule.groups, resources, rule.names, rule.paths))
    return kept


def _escalates(groups: Sequence[str], resource: str) -> bool:
    return any((group, resource) in _ESCALATING for group in groups)


def rules_of_role(scope: str, role_rules: RoleRules) -> list[rbac.Rule]:
    """The rules of a `role:` scope in the namespaces that it names; none for another scope."""
    found = role_of(scope)
    if found is None:
        return []
    rules = role_rules(found[0])
    return list(rules) if found[2] else without_escalating(rules)


def visible_namespaces(scopes: Sequence[str], role_rules: RoleRules) -> set[str] | None:
    """The namespaces that a list of projects may show to a token; None means all of the user's."""
    if not scopes or not {"user:full", "user:list-projects"}.isdisjoint(scopes):
        return None
    seen: set[str] = set()
    for scope in scopes:
        found = role_of(scope)
        act = rbac.Act("get", resource="namespaces", name="any")
        if found and any(rule.allows(act) for rule in rules_of_role(scope, role_rules)):
            seen.add(found[1])
    return None if "*" in seen else seen


def render_prevented(scopes: Sequence[str]) -> str:
    """The end of the sentence of a 403."""
    return f"scopes [{' '.join(scopes)}] prevent this action"
