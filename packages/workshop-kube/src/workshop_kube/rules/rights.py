"""Which right a refusal says is missing, and the rule that grants it."""

from __future__ import annotations

import re

_RESOURCE = re.compile(
    r'cannot (?P<verb>\w+) resource "(?P<resource>[^"]+)" in API group "(?P<group>[^"]*)"'
)
_PATH = re.compile(r'cannot (?P<verb>\w+) path "(?P<path>[^"]+)"')
_GRANT = "attempting to grant RBAC permissions not currently held"


def is_right_missing(message: str) -> bool:
    """Whether a 403 is for want of a right; quota, admission and webhooks answer 403, too."""
    return _GRANT in message or bool(_RESOURCE.search(message) or _PATH.search(message))


def make_rule(message: str, role: str = "") -> str:
    """The rule of a (Cluster)Role that a refusal asks for, as YAML; empty when it names none.

    `role` is the ClusterRole that the request was to bind, if it was.
    """
    if _GRANT in message:
        return _render("rbac.authorization.k8s.io", "clusterroles", "bind", role) if role else ""
    if found := _RESOURCE.search(message):
        return _render(found["group"], found["resource"], found["verb"])
    if found := _PATH.search(message):
        return f'- nonResourceURLs: ["{found["path"]}"]\n  verbs: ["{found["verb"]}"]\n'
    return ""


def _render(group: str, resource: str, verb: str, name: str = "") -> str:
    names = f'  resourceNames: ["{name}"]\n' if name else ""
    return f'- apiGroups: ["{group}"]\n  resources: ["{resource}"]\n{names}  verbs: ["{verb}"]\n'
