"""Roles and bindings: rules with sense, subjects that can be. Pure.

What a caller may grant is `resources.roles`' to say; names of roles are those of URLs.
"""

from __future__ import annotations

from pocket_openshift.resources.rules.validation import formats, label_selectors, object_meta
from pocket_openshift.vocabulary.field_errors import (
    Causes,
    Object,
    each_invalid,
    invalid,
    items,
    not_supported,
    part,
    required,
)

GROUP = "rbac.authorization.k8s.io"
_SUBJECTS = ("ServiceAccount", "User", "Group")


def role(obj: Object) -> Causes:
    """A Role."""
    yield from object_meta.of_new(obj, formats.path_segment)
    yield from _rules(obj, namespaced=True)


def cluster_role(obj: Object) -> Causes:
    """A ClusterRole."""
    yield from object_meta.of_new(obj, formats.path_segment)
    yield from _rules(obj, namespaced=False)
    aggregation = obj.get("aggregationRule")
    if aggregation is None:
        return
    if not aggregation.get("clusterRoleSelectors"):
        why = "at least one clusterRoleSelector required if aggregationRule is non-nil"
        yield required("aggregationRule.clusterRoleSelectors", why)
    for where, selector in items(aggregation, "clusterRoleSelectors", "aggregationRule"):
        yield from label_selectors.form(selector, where)


def _rules(obj: Object, *, namespaced: bool) -> Causes:
    for where, rule in items(obj, "rules", ""):
        yield from _rule(rule, where, namespaced=namespaced)


def _rule(rule: Object, place: str, *, namespaced: bool) -> Causes:
    if not rule.get("verbs"):
        yield required(f"{place}.verbs", "verbs must contain at least one value")
    paths = rule.get("nonResourceURLs")
    if paths:
        if namespaced:
            why = "namespaced rules cannot apply to non-resource URLs"
            yield invalid(f"{place}.nonResourceURLs", paths, why)
        if any(rule.get(name) for name in ("apiGroups", "resources", "resourceNames")):
            why = "rules cannot apply to both regular resources and non-resource URLs"
            yield invalid(f"{place}.nonResourceURLs", paths, why)
        return
    if not rule.get("apiGroups"):
        yield required(f"{place}.apiGroups", "resource rules must supply at least one api group")
    if not rule.get("resources"):
        yield required(f"{place}.resources", "resource rules must supply at least one resource")


def binding(obj: Object) -> Causes:
    """A RoleBinding."""
    yield from _binding(obj, ("Role", "ClusterRole"), namespaced=True)


def cluster_binding(obj: Object) -> Causes:
    """A ClusterRoleBinding."""
    yield from _binding(obj, ("ClusterRole",), namespaced=False)


def _binding(obj: Object, kinds: tuple[str, ...], *, namespaced: bool) -> Causes:
    yield from object_meta.of_new(obj, formats.path_segment)
    ref = part(obj, "roleRef")
    if ref.get("apiGroup", "") != GROUP:
        yield not_supported("roleRef.apiGroup", ref.get("apiGroup", ""), (GROUP,))
    if ref.get("kind", "") not in kinds:
        yield not_supported("roleRef.kind", ref.get("kind", ""), kinds)
    name = ref.get("name", "")
    if name:
        yield from each_invalid("roleRef.name", name, formats.path_segment(name))
    else:
        yield required("roleRef.name")
    for where, subject in items(obj, "subjects", ""):
        yield from _subject(subject, where, namespaced=namespaced)


def _subject(subject: Object, place: str, *, namespaced: bool) -> Causes:
    kind, name, group = (subject.get(key, "") for key in ("kind", "name", "apiGroup"))
    if not name:
        yield required(f"{place}.name")
    if kind == "ServiceAccount":
        if name:
            yield from each_invalid(f"{place}.name", name, formats.dns_subdomain(name))
        if group:
            yield not_supported(f"{place}.apiGroup", group, ("",))
        if not namespaced and not subject.get("namespace"):
            yield required(f"{place}.namespace")
    elif kind in ("User", "Group"):
        if not name:
            yield invalid(f"{place}.name", name, f"{kind.lower()} name cannot be empty")
        if group != GROUP:
            yield not_supported(f"{place}.apiGroup", group, (GROUP,))
    else:
        yield not_supported(f"{place}.kind", kind, _SUBJECTS)


def role_change(new: Object, old: Object) -> Causes:
    """A change of a Role."""
    yield from role(new)
    yield from object_meta.of_change(new, old)


def cluster_role_change(new: Object, old: Object) -> Causes:
    """A change of a ClusterRole."""
    yield from cluster_role(new)
    yield from object_meta.of_change(new, old)


def binding_change(new: Object, old: Object) -> Causes:
    """A change of a RoleBinding: its role stays."""
    yield from binding(new)
    yield from object_meta.of_change(new, old)
    yield from _same_role(new, old)


def cluster_binding_change(new: Object, old: Object) -> Causes:
    """A change of a ClusterRoleBinding: its role stays."""
    yield from cluster_binding(new)
    yield from object_meta.of_change(new, old)
    yield from _same_role(new, old)


def _same_role(new: Object, old: Object) -> Causes:
    ref = part(new, "roleRef")
    if ref != part(old, "roleRef"):
        names = {"APIGroup": "apiGroup", "Kind": "kind", "Name": "name"}
        shown = {key: ref.get(name, "") for key, name in names.items()}
        yield invalid("roleRef", shown, "cannot change roleRef")
