import pytest

from pocket_openshift.client import api_resources

PODS = api_resources.Resource("/api/v1", "pods", "pod", "Pod", True, ("po",), ("get",))
ROUTES = api_resources.Resource(
    "/apis/route.openshift.io/v1", "routes", "route", "Route", True, (), ("get",)
)
NODES = api_resources.Resource("/api/v1", "nodes", "node", "Node", False)


@pytest.mark.parametrize("word", ["pods", "pod", "Pod", "po", "PODS"])
def test_a_kind_has_many_names(word):
    assert api_resources.named([NODES, PODS], word) is PODS


@pytest.mark.parametrize(
    "word", ["routes", "route.route.openshift.io", "routes.route.openshift.io"]
)
def test_a_name_may_say_its_group(word):
    assert api_resources.named([PODS, ROUTES], word) is ROUTES
    assert api_resources.named([PODS], word) is None


def test_where_objects_are():
    assert PODS.path("ns") == "/api/v1/namespaces/ns/pods"
    assert PODS.path("*") == "/api/v1/pods"
    assert NODES.path("ns", "n") == "/api/v1/nodes/n"
    assert ROUTES.path("ns", "a b") == "/apis/route.openshift.io/v1/namespaces/ns/routes/a%20b"
    assert (ROUTES.label, PODS.label) == ("route.route.openshift.io", "pod")


def test_a_listing_is_read_without_subresources():
    listing = {
        "resources": [
            {"name": "pods", "singularName": "pod", "kind": "Pod", "namespaced": True,
             "shortNames": ["po"], "verbs": ["get"]},
            {"name": "pods/log", "kind": "Pod", "namespaced": True},
        ]
    }  # fmt: skip
    assert api_resources.parse("/api/v1", listing) == [PODS]


def test_of_two_resources_of_a_kind_the_one_that_keeps_is_meant():
    root = "/apis/template.openshift.io/v1"
    processed = api_resources.Resource(
        root, "processedtemplates", "", "Template", True, (), ("create",)
    )
    kept = api_resources.Resource(root, "templates", "", "Template", True, (), ("create", "get"))
    assert api_resources.of_kind([processed, kept], "Template") is kept
    assert api_resources.of_kind([processed], "Template") is processed
    assert api_resources.of_kind([], "Template") is None
