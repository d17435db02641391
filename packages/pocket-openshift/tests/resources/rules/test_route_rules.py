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
    route_rules.fill_in(made, "shop", "apps.localtest")
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
    ("spec", "field"),
    [
        ({}, None),
        ({"host": "A_b.example"}, "spec.host"),
        ({"host": "-a.example"}, "spec.host"),
        ({"host": "a" * 64 + ".example"}, "spec.host"),
        ({"host": ".".join(["a" * 60] * 5)}, "spec.host"),
        ({"to": {"kind": "Service"}}, "spec.to.name"),
        ({"path": "relative"}, "spec.path"),
        ({"tls": {"termination": "magic"}}, "spec.tls.termination"),
        ({"tls": {"termination": "edge"}}, None),
    ],
)
def test_what_is_wrong_with_a_route_is_said(spec, field):
    assert [cause.field for cause in route_rules.find_causes(filled(**spec))] == (
        [field] if field else []
    )


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


@pytest.fixture
def shop(cluster):
    """A project, an admin of it, and somebody who may make routes but not choose hosts."""
    rules = [{"apiGroups": ["route.openshift.io"], "resources": ["routes"], "verbs": ["*"]}]
    rbac = "rbac.authorization.k8s.io"
    cluster.apply(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}},
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "ClusterRole",
            "metadata": {"name": "plain"},
            "rules": rules,
        },
    )
    for account, role in (("chooser", "admin"), ("plain", "plain")):
        where = {"name": account, "namespace": "shop"}
        subject = {"kind": "ServiceAccount", **where}
        ref = {"apiGroup": rbac, "kind": "ClusterRole", "name": role}
        cluster.apply(
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": where},
            {
                "apiVersion": f"{rbac}/v1",
                "kind": "RoleBinding",
                "metadata": where,
                "roleRef": ref,
                "subjects": [subject],
            },
        )
    return cluster


def test_a_chosen_host_needs_a_right_of_its_own(shop):
    plain, chooser = shop.token("shop", "plain"), shop.token("shop", "chooser")
    refused = shop.request("POST", PATH, route(host="a.example"), token=plain)
    assert refused.status == 422
    assert refused.body["message"] == (
        'Route.route.openshift.io "web" is invalid: spec.host: Forbidden: '
        "you do not have permission to set the host field of the route"
    )
    assert shop.request("POST", PATH, route(), token=plain).status == 201
    assert shop.request("POST", PATH, route("own", host="a.example"), token=chooser).status == 201


def test_a_host_may_not_be_changed_by_everybody(shop):
    plain = shop.token("shop", "plain")
    made = shop.request("POST", PATH, route(), token=plain).body
    moved = {**made, "spec": {**made["spec"], "host": "else.example"}}
    refused = shop.request("PUT", f"{PATH}/web", moved, token=plain)
    assert refused.status == 422
    assert "field is immutable" in refused.body["message"]
    moved["spec"] = {**made["spec"], "path": "/x"}
    assert shop.request("PUT", f"{PATH}/web", moved, token=plain).status == 200


def test_a_replaced_route_keeps_its_host(shop):
    shop.request("POST", PATH, route())
    kept = shop.request("PUT", f"{PATH}/web", route(path="/x"))
    assert (kept.status, kept.body["spec"]["host"]) == (200, "web-shop.apps.localtest")
