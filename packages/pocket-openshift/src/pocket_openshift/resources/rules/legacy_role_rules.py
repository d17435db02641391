"""Roles and bindings in the shape of authorization.openshift.io, and in that of RBAC."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Object = dict[str, Any]
OLD, NEW = "authorization.openshift.io", "rbac.authorization.k8s.io"
PLURALS = ("clusterrolebindings", "clusterroles", "rolebindings", "roles")
_ACCOUNT = "system:serviceaccount:"
_OF_RESOURCES = ("apiGroups", "resources", "resourceNames")


class ShapeError(ValueError):
    """The object means nothing in RBAC; the message says why."""


def make_rbac(old: Mapping[str, Any], namespace: str) -> Object:
    """The object of RBAC for an old one in a namespace ("" for none). ShapeError if there is none.

    Fields that neither has, such as the metadata, stay.
    """
    kept = {name: v for name, v in old.items() if name not in ("userNames", "groupNames")}
    made = {**kept, "apiVersion": f"{NEW}/v1"}
    if "roleRef" not in old:
        return {**made, "rules": [r for rule in old.get("rules") or () for r in _split(rule)]}
    role = old["roleRef"] if isinstance(old["roleRef"], dict) else {}
    home = role.get("namespace") or ""
    if home and home != namespace:
        raise ShapeError(
            f"a binding in {namespace or 'the cluster'} cannot refer to a role in namespace {home}"
        )
    kind = "Role" if home else "ClusterRole"
    made["roleRef"] = {"apiGroup": NEW, "kind": kind, "name": role.get("name", "")}
    made["subjects"] = [_make_subject(one, namespace) for one in _find_subjects(old)]
    return made


def _split(rule: Mapping[str, Any]) -> Iterator[Object]:
    """A rule is about resources or about URLs; one with restrictions was never in force."""
    if rule.get("attributeRestrictions") is not None:
        return
    verbs = list(rule.get("verbs") or ())
    if any(rule.get(name) for name in _OF_RESOURCES):
        groups = list(rule.get("apiGroups") or [""])
        found = {name: list(rule[name]) for name in _OF_RESOURCES[1:] if rule.get(name)}
        yield {"verbs": verbs, "apiGroups": groups, **found}
    if rule.get("nonResourceURLs"):
        yield {"verbs": verbs, "nonResourceURLs": list(rule["nonResourceURLs"])}


def _find_subjects(old: Mapping[str, Any]) -> list[Object]:
    """Who is bound: names of users and groups, where there are any, else the subjects."""
    users, groups = old.get("userNames") or (), old.get("groupNames") or ()
    named = [{"kind": "User", "name": name} for name in users]
    named += [{"kind": "Group", "name": name} for name in groups]
    return named or list(old.get("subjects") or ())


def _make_subject(subject: Mapping[str, Any], namespace: str) -> Object:
    kind, name = str(subject.get("kind") or ""), str(subject.get("name") or "")
    if kind == "User" and name.startswith(_ACCOUNT) and name.count(":") == 3:
        namespace, name = name.removeprefix(_ACCOUNT).split(":")
        return {"kind": "ServiceAccount", "name": name, "namespace": namespace}
    if kind == "ServiceAccount":
        where = subject.get("namespace") or namespace
        return {"kind": kind, "name": name, **({"namespace": where} if where else {})}
    if kind.removeprefix("System") not in ("User", "Group"):
        raise ShapeError(f'invalid kind for origin subject: "{kind}"')
    return {"apiGroup": NEW, "kind": kind.removeprefix("System"), "name": name}


def make_legacy(new: Mapping[str, Any]) -> Object:
    """An object of RBAC in the old shape."""
    made: Object = {**new, "apiVersion": f"{OLD}/v1"}
    if "roleRef" not in new:
        rules = new.get("rules") or ()
        return {**made, "rules": [{"attributeRestrictions": None, **rule} for rule in rules]}
    role, subjects = new["roleRef"], new.get("subjects") or ()
    home = {"namespace": new["metadata"]["namespace"]} if role["kind"] == "Role" else {}
    users = [name for name in map(_name_user, subjects) if name]
    groups = [one["name"] for one in subjects if one["kind"] == "Group"]
    return {
        **made,
        "roleRef": {"name": role["name"], **home},
        "subjects": [_make_old_subject(subject) for subject in subjects],
        "userNames": users or None,
        "groupNames": groups or None,
    }


def _name_user(subject: Mapping[str, Any]) -> str:
    if subject["kind"] == "ServiceAccount":
        return f"{_ACCOUNT}{subject.get('namespace', '')}:{subject['name']}"
    return str(subject["name"]) if subject["kind"] == "User" else ""


def _make_old_subject(subject: Mapping[str, Any]) -> Object:
    kind, name = subject["kind"], subject["name"]
    if kind == "ServiceAccount":
        return {"kind": kind, "name": name, "namespace": subject.get("namespace", "")}
    return {"kind": f"System{kind}" if name.startswith("system:") else kind, "name": name}
