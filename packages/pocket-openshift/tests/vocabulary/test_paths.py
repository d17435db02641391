import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.vocabulary import paths

TABLE = [
    ("GET", "/api/v1/pods", {}, ("list", "pods", "", "", "")),
    ("GET", "/api/v1/pods", {"watch": "true"}, ("watch", "pods", "", "", "")),
    ("GET", "/api/v1/pods", {"watch": "false"}, ("list", "pods", "", "", "")),
    ("GET", "/api/v1/watch/pods", {}, ("watch", "pods", "", "", "")),
    ("GET", "/api/v1/namespaces/a/pods/p", {}, ("get", "pods", "a", "p", "")),
    ("GET", "/api/v1/namespaces/a/pods/p/log", {}, ("get", "pods", "a", "p", "log")),
    ("POST", "/api/v1/namespaces/a/pods", {}, ("create", "pods", "a", "", "")),
    ("PUT", "/api/v1/namespaces/a/pods/p/status", {}, ("update", "pods", "a", "p", "status")),
    ("PATCH", "/api/v1/namespaces/a", {}, ("patch", "namespaces", "a", "a", "")),
    ("PUT", "/api/v1/namespaces/a/finalize", {}, ("update", "namespaces", "a", "a", "finalize")),
    ("DELETE", "/api/v1/namespaces/a/pods", {}, ("deletecollection", "pods", "a", "", "")),
    ("DELETE", "/api/v1/namespaces/a/pods/p", {}, ("delete", "pods", "a", "p", "")),
    ("GET", "/apis/apps/v1/namespaces/a/deployments/d", {}, ("get", "deployments", "a", "d", "")),
    (
        "GET",
        "/apis/project.openshift.io/v1/projects/a",
        {},
        ("get", "projects", "a", "a", ""),
    ),
    ("GET", "/apis/user.openshift.io/v1/users/~", {}, ("get", "users", "", "~", "")),
    ("GET", "/apis/user.openshift.io/v1/users/%7E", {}, ("get", "users", "", "~", "")),
]


@pytest.mark.parametrize(("method", "path", "query", "expected"), TABLE)
def test_a_url_becomes_a_target(method, path, query, expected):
    target = paths.parse(method, path, query)
    found = (target.verb, target.plural, target.namespace, target.name, target.subresource)
    assert found == expected
    assert target.kind is not None


@pytest.mark.parametrize("path", ["/", "/version", "/api", "/api/v1", "/apis", "/apis/apps/v1"])
def test_documents_are_no_resources(path):
    assert paths.parse("GET", path, {}) is None


def test_an_unknown_kind_is_a_target_without_a_row():
    assert paths.parse("GET", "/apis/no.such/v1/things", {}).kind is None


def test_a_subresource_is_part_of_the_resources_name():
    assert paths.parse("GET", "/api/v1/namespaces/a/pods/p/log", {}).resource == "pods/log"


@given(st.sampled_from(["GET", "PUT", "POST", "DELETE", "PATCH"]), st.text(max_size=60))
def test_any_path_is_read_without_failing(method, text):
    paths.parse(method, "/" + text, {})
