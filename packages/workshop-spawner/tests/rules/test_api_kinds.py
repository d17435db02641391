"""Paths of objects."""

from __future__ import annotations

import pytest

from workshop_spawner.rules import api_kinds


@pytest.mark.parametrize(
    ("version", "kind", "namespace", "path"),
    [
        ("v1", "Namespace", "", "/api/v1/namespaces/x"),
        ("v1", "Pod", "w", "/api/v1/namespaces/w/pods/x"),
        (
            "rbac.authorization.k8s.io/v1",
            "RoleBinding",
            "w",
            "/apis/rbac.authorization.k8s.io/v1/namespaces/w/rolebindings/x",
        ),
    ],
)
def test_where_an_object_is(version, kind, namespace, path):
    manifest = {"apiVersion": version, "kind": kind, "metadata": {"name": "x"}}
    if namespace:
        manifest["metadata"]["namespace"] = namespace
    assert api_kinds.find_path(manifest) == path
    assert api_kinds.find_path(manifest, collection=True) == path.rpartition("/")[0]


def test_a_name_cannot_leave_its_collection():
    manifest = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "../x?y", "namespace": "a/b"},
    }
    assert api_kinds.find_path(manifest) == "/api/v1/namespaces/a%2Fb/pods/..%2Fx%3Fy"


def test_an_unknown_kind_is_not_guessed():
    with pytest.raises(KeyError):
        api_kinds.find_path({"apiVersion": "v1", "kind": "Widget", "metadata": {"name": "x"}})
