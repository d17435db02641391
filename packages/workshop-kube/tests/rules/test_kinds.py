"""Where the objects of a kind are."""

import pytest

from workshop_kube.rules import kinds

POD = kinds.TABLE["v1", "Pod"]
ROUTE = kinds.TABLE["route.openshift.io/v1", "Route"]
PROJECT = kinds.TABLE["project.openshift.io/v1", "Project"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (POD.path(), "/api/v1/pods"),
        (POD.path("class"), "/api/v1/namespaces/class/pods"),
        (POD.path("class", "web", "status"), "/api/v1/namespaces/class/pods/web/status"),
        (ROUTE.path("class", "a/b"), "/apis/route.openshift.io/v1/namespaces/class/routes/a%2Fb"),
        (PROJECT.path("class", "x"), "/apis/project.openshift.io/v1/projects/x"),
    ],
)
def test_paths(path, expected):
    assert path == expected


def test_the_group_of_a_kind():
    assert (POD.group, ROUTE.group) == ("", "route.openshift.io")


def test_discovery_is_read_without_subresources():
    entries = [
        {"name": "pods", "kind": "Pod", "namespaced": True, "verbs": ["get", "list", "patch"]},
        {"name": "pods/status", "kind": "Pod", "namespaced": True, "verbs": ["get"]},
        {"name": "bindings", "kind": "Binding", "namespaced": True, "verbs": ["create"]},
        {"name": "nodes", "kind": "Node", "namespaced": False, "verbs": ["list", "patch"]},
    ]
    found = kinds.parse_kinds("v1", {"resources": entries})
    assert found["v1", "Pod"].plural == "pods"
    assert not found["v1", "Node"].is_namespaced
    assert [kind.kind for kind in kinds.find_able(found.values(), "list", "patch")] == ["Pod"]
    assert kinds.parse_kinds("v1", {}) == {}


def test_of_two_resources_of_one_kind_the_one_that_can_be_read():
    entries = [
        {"name": "processedtemplates", "kind": "Template", "namespaced": True, "verbs": ["create"]},
        {"name": "templates", "kind": "Template", "namespaced": True, "verbs": ["get"]},
        {"name": "more", "kind": "Template", "namespaced": True, "verbs": ["create"]},
    ]
    found = kinds.parse_kinds("template.openshift.io/v1", {"resources": entries})
    assert [kind.plural for kind in found.values()] == ["templates"]


def test_a_group_without_a_version_is_broken():
    groups = [{"name": "apps", "preferredVersion": {"groupVersion": "apps/v1"}}, {"name": "odd"}]
    assert kinds.parse_versions({"groups": groups}) == (["apps/v1"], ["odd"])
