import pytest

from pocket_openshift.resources.rules import route_rules

PATH = "/apis/route.openshift.io/v1/namespaces/shop/routes"


def route(name="web", **spec):
    return {
        "apiVersion": "route.openshift.io/v1",
        "kind": "Route",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"to": {"kind": "Service", "name": "web"}, **spec},
    }


def filled(**spec):
    made = route(**spec)
    route_rules.fill_in(made)
    route_rules.give_host(made, "shop", "apps.localtest")
    return made


def test_a_route_gets_a_host_and_says_that_it_was_given():
    made = filled()
    assert made["spec"]["host"] == "web-shop.apps.localtest"
    assert made["metadata"]["annotations"] == {route_rules.GENERATED: "true"}
    assert made["spec"]["to"] == {"kind": "Service", "name": "web", "weight": 100}
    assert made["spec"]["wildcardPolicy"] == "None"


@pytest.mark.parametrize(
    "spec",
    [{"host": "a.example"}, {"subdomain": "a"}, {"wildcardPolicy": "Subdomain"}],
)
def test_a_route_with_a_name_of_its_own_is_not_given_one(spec):
    made = filled(**spec)
    assert "annotations" not in made["metadata"]
    assert made["spec"].get("host") == spec.get("host")


def test_a_weight_of_zero_stays():
    assert filled(to={"name": "web", "weight": 0})["spec"]["to"]["weight"] == 0


@pytest.mark.parametrize(
    ("spec", "permitted", "field"),
    [
        ({}, (), None),
        ({"host": "a.example"}, (), "spec.host"),
        ({"host": "a.example"}, ("create",), None),
        ({"tls": {"certificate": "pem"}}, (), "spec.tls"),
        ({"tls": {"termination": "edge"}}, (), None),
    ],
)
def test_who_may_choose_a_host(spec, permitted, field):
    found = route_rules.find_new_host_causes(route(**spec), permitted.__contains__)
    assert [cause.field for cause in found] == ([field] if field else [])


@pytest.mark.parametrize(
    ("before", "after", "permitted", "field"),
    [
        ({"host": "a"}, {"host": "a"}, (), None),
        ({"host": "a"}, {"host": "b"}, ("create",), "spec.host"),
        ({"host": "a"}, {"host": "b"}, ("update",), None),
        ({"host": "a"}, {"host": "a", "tls": {"key": "k"}}, (), "spec.tls"),
        ({"host": "a"}, {"host": "a", "tls": {"key": "k"}}, ("create",), None),
    ],
)
def test_who_may_change_a_host(before, after, permitted, field):
    found = route_rules.find_changed_host_causes(
        route(**after), route(**before), permitted.__contains__
    )
    assert [cause.field for cause in found] == ([field] if field else [])
