"""Routes as their owners meet them; the rules have a test of their own."""

from __future__ import annotations

PATH = "/apis/route.openshift.io/v1/namespaces/lab/routes"


def route(name="web", **spec):
    spec = {"to": {"kind": "Service", "name": "web"}, **spec}
    return {
        "apiVersion": "route.openshift.io/v1",
        "kind": "Route",
        "metadata": {"name": name, "namespace": "lab"},
        "spec": spec,
    }


def test_a_route_gets_a_host_and_keeps_it(cluster):
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "lab"}})
    (made,) = cluster.apply(route())
    assert made["spec"]["host"].startswith("web-lab.")
    changed = route()
    changed["metadata"]["resourceVersion"] = made["metadata"]["resourceVersion"]
    answer = cluster.request("PUT", f"{PATH}/web", changed)
    assert (answer.status, answer.body["spec"]["host"]) == (200, made["spec"]["host"])


def test_only_who_may_chooses_a_host(cluster):
    account = {"apiVersion": "v1", "kind": "ServiceAccount"}
    cluster.apply(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "lab"}},
        {**account, "metadata": {"name": "dev", "namespace": "lab"}},
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "Role",
            "metadata": {"name": "routes", "namespace": "lab"},
            "rules": [
                {"apiGroups": ["route.openshift.io"], "resources": ["routes"], "verbs": ["create"]}
            ],
        },
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": {"name": "routes", "namespace": "lab"},
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "Role",
                "name": "routes",
            },
            "subjects": [{"kind": "ServiceAccount", "name": "dev", "namespace": "lab"}],
        },
    )
    token = cluster.token("lab", "dev")
    asked = route(host="hub.example.com")
    answer = cluster.request("POST", PATH, asked, token=token)
    assert answer.status == 422
    assert [cause["field"] for cause in answer.body["details"]["causes"]] == ["spec.host"]
    assert cluster.request("POST", PATH, route("own"), token=token).status == 201
    assert cluster.request("POST", PATH, asked).status == 201
