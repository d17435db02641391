"""Who may: finds the rules that bind a user, by indexes over the bindings, and judges an act.

`server` asks `permit` for each request; reviews, project lists and the checks against escalation
ask the same rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pocket_openshift.access import rbac, scopes
from pocket_openshift.vocabulary import identity

Object = dict[str, Any]
CLUSTER = "clusterrolebindings.rbac.authorization.k8s.io"
LOCAL = "rolebindings.rbac.authorization.k8s.io"
_CLUSTER_ROLES = "clusterroles.rbac.authorization.k8s.io"
_ROLES = "roles.rbac.authorization.k8s.io"
_MASTER_RULES = (
    rbac.Rule(("*",), ("*",), ("*",)),
    rbac.Rule(("*",), paths=("*",)),
)


@dataclass(frozen=True, slots=True)
class AccessVerdict:
    """Whether an act is allowed, and by what (or why not)."""

    allowed: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """One binding that names a user, and the rules it gives."""

    text: str
    rules: tuple[rbac.Rule, ...]


def _subject_keys(binding: Object) -> Iterator[str]:
    for subject in binding.get("subjects") or ():
        kind, name = subject.get("kind"), subject.get("name", "")
        if kind == "ServiceAccount":
            place = subject.get("namespace") or binding["metadata"].get("namespace", "")
            yield f"User:system:serviceaccount:{place}:{name}"
        else:
            yield f"{kind}:{name}"


def _user_keys(user: identity.User) -> list[str]:
    return [f"User:{user.name}", *(f"Group:{group}" for group in user.groups)]


def _render_subject(binding: Object, user: identity.User) -> str:
    for subject in binding.get("subjects") or ():
        kind, name = subject["kind"], subject.get("name", "")
        space = subject.get("namespace", "")
        account = f"system:serviceaccount:{space}:{name}"
        if kind == "ServiceAccount" and user.name == account:
            return f'{kind} "{name}/{space}"'
        if (kind == "User" and name == user.name) or (kind == "Group" and name in user.groups):
            return f'{kind} "{name}"'
    return ""


class Authorization:
    """Rules of access over a store.

    An index from subject to bindings is kept true by the store's changes.
    """

    def __init__(self, find: Callable[[str, str, str], Object | None]) -> None:
        self._find = find
        # subject -> namespace ('' for the cluster) -> names of bindings
        self._bound: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._rules: dict[str, tuple[str, tuple[rbac.Rule, ...]]] = {}

    def changed(self, resource: str, old: Object | None, new: Object | None) -> None:
        """Keep the index true: an object was made (`old` is None), changed, or deleted."""
        if resource in (_CLUSTER_ROLES, _ROLES) and old is not None and new is None:
            self._rules.pop(old["metadata"]["uid"], None)
        if resource not in (CLUSTER, LOCAL):
            return
        if old is not None:
            self._unindex(old)
        if new is not None:
            self._index(new)

    def rebuild(self, bindings: Iterable[Object]) -> None:
        """Rebuild the index, after objects were loaded without changes being told."""
        for binding in bindings:
            self._index(binding)

    def _index(self, binding: Object) -> None:
        metadata = binding["metadata"]
        for key in _subject_keys(binding):
            self._bound[key][metadata.get("namespace", "")].add(metadata["name"])

    def _unindex(self, binding: Object) -> None:
        metadata = binding["metadata"]
        for key in _subject_keys(binding):
            self._unbind(key, metadata.get("namespace", ""), metadata["name"])

    def _unbind(self, key: str, place: str, name: str) -> None:
        spaces = self._bound[key]
        spaces[place].discard(name)
        if not spaces[place]:
            del spaces[place]
        if not spaces:
            del self._bound[key]

    def rules_of_ref(self, ref: dict[str, Any], namespace: str) -> tuple[rbac.Rule, ...] | None:
        """The rules of the role that a binding names; None when there is no such role."""
        if ref["kind"] == "ClusterRole":
            role = self._find(_CLUSTER_ROLES, "", ref["name"])
        else:
            role = self._find(_ROLES, namespace, ref["name"])
        if role is None:
            return None
        uid, version = role["metadata"]["uid"], role["metadata"]["resourceVersion"]
        cached = self._rules.get(uid)
        if cached is None or cached[0] != version:
            cached = (version, rbac.rules_from(role))
            self._rules[uid] = cached
        return cached[1]

    def grants(self, user: identity.User, namespace: str) -> Iterator[Grant]:
        """What binds a user: cluster-wide first, then in the namespace (if one is given)."""
        keys = _user_keys(user)
        for place in ("", namespace) if namespace else ("",):
            for key in keys:
                for name in sorted(self._bound.get(key, {}).get(place, ())):
                    grant = self._grant(user, place, name)
                    if grant is not None:
                        yield grant

    def _grant(self, user: identity.User, place: str, name: str) -> Grant | None:
        binding = self._find(LOCAL if place else CLUSTER, place, name)
        if binding is None:
            return None
        ref = binding["roleRef"]
        rules = self.rules_of_ref(ref, place)
        if rules is None:
            return None
        what = f'RoleBinding "{name}/{place}"' if place else f'ClusterRoleBinding "{name}"'
        subject = _render_subject(binding, user)
        text = f'RBAC: allowed by {what} of {ref["kind"]} "{ref["name"]}" to {subject}'
        return Grant(text, rules)

    def rules_for(self, user: identity.User, namespace: str) -> list[rbac.Rule]:
        """All rules that a user has in a namespace (or for the cluster, when '')."""
        if identity.MASTERS in user.groups:
            return list(_MASTER_RULES)
        return [rule for grant in self.grants(user, namespace) for rule in grant.rules]

    def namespaces_bound(self, user: identity.User) -> set[str]:
        """The namespaces in which some RoleBinding names this user or one of their groups."""
        return {place for key in _user_keys(user) for place in self._bound.get(key, ()) if place}

    def permit(self, user: identity.User, act: rbac.Act) -> AccessVerdict:
        """Whether a user may: the token's scopes first, then the bindings."""
        if user.scopes and not any(rule.allows(act) for rule in self._scope_rules(user, act)):
            return AccessVerdict(False, scopes.render_prevented(user.scopes))
        if identity.MASTERS in user.groups:
            return AccessVerdict(True)
        for grant in self.grants(user, act.namespace):
            if any(rule.allows(act) for rule in grant.rules):
                return AccessVerdict(True, grant.text)
        return AccessVerdict(False)

    def _scope_rules(self, user: identity.User, act: rbac.Act) -> list[rbac.Rule]:
        rules = scopes.fixed_rules(user.scopes)
        for scope in user.scopes:
            found = scopes.role_of(scope)
            if found and found[1] in ("*", act.namespace):
                rules += scopes.rules_of_role(scope, self._cluster_role)
        return rules

    def _cluster_role(self, name: str) -> tuple[rbac.Rule, ...]:
        return self.rules_of_ref({"kind": "ClusterRole", "name": name}, "") or ()

    def visible_namespaces(self, user: identity.User) -> set[str] | None:
        """The namespaces that a list of projects may show to this token; None: all the user's."""
        return scopes.visible_namespaces(user.scopes, self._cluster_role)
