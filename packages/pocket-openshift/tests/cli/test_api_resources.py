import pytest

from pocket_openshift.cli import api_resources
from workshop_kube.rules.manifests import make_reference

LISTING = {
    "resources": [
        {
            "name": "pods",
            "singularName": "pod",
            "kind": "Pod",
            "namespaced": True,
            "shortNames": ["po"],
            "verbs": ["get"],
            "categories": ["all"],
        },
        {"name": "pods/log", "kind": "Pod", "namespaced": True},
        {"name": "nodes", "singularName": "node", "kind": "Node", "namespaced": False},
    ]
}
PODS, NODES = api_resources.parse_resources("v1", LISTING)
(ROUTES,) = api_resources.parse_resources(
    "route.openshift.io/v1",
    {
        "resources": [
            {"name": "routes", "singularName": "route", "kind": "Route", "namespaced": True}
        ]
    },
)


@pytest.mark.parametrize("word", ["pods", "pod", "Pod", "po", "PODS"])
def test_a_kind_has_many_names(word):
    assert api_resources.find_named([NODES, PODS], word) is PODS


@pytest.mark.parametrize(
    "word", ["routes", "route.route.openshift.io", "routes.route.openshift.io"]
)
def test_a_name_may_say_its_group(word):
    assert api_resources.find_named([PODS, ROUTES], word) is ROUTES
    assert api_resources.find_named([PODS], word) is None


def test_an_object_is_referred_to_where_it_is():
    assert PODS.refer("p", "ns") == make_reference("v1", "Pod", "p", "ns")
    assert NODES.refer("n", "ns") == make_reference("v1", "Node", "n")


def test_lines_name_kinds_as_kubectl_does():
    assert (ROUTES.label, PODS.label) == ("route.route.openshift.io", "pod")


def test_a_listing_is_read_without_subresources_but_with_categories():
    assert [one.kind.plural for one in (PODS, NODES)] == ["pods", "nodes"]
    assert PODS.categories == {"all"}
