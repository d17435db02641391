"""OAuth scopes: what a token may be used for, whatever its owner may do. Pure.

`authorization` asks here before the rules of access when a token carries scopes.
"""

from __future__ import annotations

from collections.abc import Sequence

from . import rbac

_ALL = rbac.ANY
_USER, _PROJECT = "user.openshift.io", "project.openshift.io"
_AUTHZ = ("authorization.k8s.io",)
_OLD_AUTHZ = ("", "authorization.openshift.io")

DISCOVERY = rbac.Rule(
    ("get",),
    paths=(
        "/version", "/version/*", "/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez",
            "/readyz",
        "/openapi", "/openapi/*", "/swagger*", "/.well-known", "/.well-known/*",
    ),
)  # fmt: skip

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
    "user:list-projects": (rbac.Rule(("list", "watch"), (_PROJECT, ""), ("projects",)),),
    "user:list-scoped-projects": (rbac.Rule(("list", "watch"), (_PROJECT, ""), ("projects",)),),
}
KNOWN = tuple(_FIXED)
# What a role: scope without "!" never gives: with these one could make a token of one's own.
_ESCALATING = frozenset(
    {"secrets", "serviceaccounts/token", "oauthaccesstokens", "oauthauthorizetokens"}
)


def role_of(scope: str) -> tuple[str, str, bool] | None:
    """`role:edit:ns[:!]` as (ClusterRole, namespace or '*', may escalate?), or None for another
    scope.
    """
    parts = scope.split(":")
    if parts[0] != "role" or len(parts) < 3:
        return None
    escalating = parts[-1] == "!"
    parts = parts[:-1] if escalating else parts
    return (":".join(parts[1:-1]), parts[-1], escalating) if len(parts) > 2 else None


def fixed_rules(scopes: Sequence[str]) -> list[rbac.Rule]:
    """The rules of all `user:` scopes, with what discovery needs."""
    return [DISCOVERY, *(rule for scope in scopes for rule in _FIXED.get(scope, ()))]


def without_escalating(rules: Sequence[rbac.Rule]) -> list[rbac.Rule]:
    """A role's rules less those by which a token could be had."""
    kept = []
    for rule in rules:
        resources = tuple(r for r in rule.resources if r not in _ESCALATING and r != _ALL)
        if resources or rule.paths:
            kept.append(rbac.Rule(rule.verbs, rule.groups, resources, rule.names, rule.paths))
    return kept


def render_prevented(scopes: Sequence[str]) -> str:
    """The end of the sentence of a 403."""
    return f"scopes [{' '.join(scopes)}] prevent this action"
