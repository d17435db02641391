import pytest

PATH = "/apis/route.openshift.io/v1/namespaces/shop/routes"


def route(name="web", **spec):
    return {
        "apiVersion": "route.openshift.io/v1",
        "kind": "Route",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"to": {"kind": "Service", "name": "web"}, **spec},
    }


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
