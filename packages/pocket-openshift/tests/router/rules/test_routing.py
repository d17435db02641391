import pytest

from pocket_openshift.router.rules import routing


def service(name="web", ports=None, selector=None, **spec):
    ports = ports or [{"name": "http", "port": 80, "targetPort": 8000}]
    selector = {"app": name} if selector is None else selector
    return {
        "metadata": {"name": name, "namespace": "ns"},
        "spec": {"ports": ports, "selector": selector} | spec,
    }


def pod(name, ip, app="web", ready="True", deleted=False, phase="Running"):
    metadata = {"name": name, "namespace": "ns", "labels": {"app": app}}
    metadata |= {"deletionTimestamp": "x"} if deleted else {}
    container = {"name": "c", "ports": [{"name": "named", "containerPort": 9000}]}
    status = {"podIP": ip, "phase": phase, "conditions": [{"type": "Ready", "status": ready}]}
    return {"metadata": metadata, "spec": {"containers": [container]}, "status": status}


def route(name, host, uid=None, created="1", **spec):
    metadata = {"name": name, "namespace": "ns", "uid": uid or name, "creationTimestamp": created}
    return {"metadata": metadata, "spec": {"host": host, "to": {"name": "web"}} | spec}


def ingress(*paths, host="i.example", **spec):
    entries = [
        {
            "path": path,
            "pathType": kind,
            "backend": {"service": {"name": name, "port": {"number": 80}}},
        }
        for path, kind, name in paths
    ]
    rules = [{"host": host, "http": {"paths": entries}}] if entries else []
    return {"metadata": {"name": "i", "namespace": "ns"}, "spec": {"rules": rules} | spec}


PODS = [pod("a", "127.1.0.1"), pod("b", "127.1.0.2")]


def ask(
    host,
    path="/",
    *,
    secure=False,
    port=None,
    services=None,
    pods=PODS,
    endpoints=(),
    routes=(),
    ingresses=(),
):
    rules = routing.make_rules(list(routes), list(ingresses))
    tables = routing.make_tables(services or [service()], pods, endpoints, rules)
    found = routing.choose(tables, routing.Request(host, port, path, secure))
    if isinstance(found, routing.Refusal):
        return found
    return [f"{backend.address}:{backend.port}" for backend in found]


BOTH = ["127.1.0.1:8000", "127.1.0.2:8000"]


def test_a_route_leads_to_every_ready_pod():
    pods = [
        *PODS,
        pod("c", "127.1.0.3", ready="False"),
        pod("d", "127.1.0.4", deleted=True),
        pod("e", "127.1.0.5", app="other"),
        pod("f", "127.1.0.6", phase="Succeeded"),
    ]
    assert ask("r.example", routes=[route("r", "r.example")], pods=pods) == BOTH


@pytest.mark.parametrize(
    ("ports", "target", "number"),
    [
        ([{"port": 80, "targetPort": 8000}], {}, 8000),
        ([{"port": 80}], {}, 80),
        ([{"port": 80, "targetPort": "named"}], {}, 9000),
        (
            [
                {"name": "x", "port": 80, "targetPort": 1},
                {"name": "y", "port": 81, "targetPort": 2},
            ],
            {"targetPort": "y"},
            2,
        ),
        (
            [
                {"name": "x", "port": 80, "targetPort": 1},
                {"name": "y", "port": 81, "targetPort": 2},
            ],
            {"targetPort": 2},
            2,
        ),
    ],
)
def test_the_port_of_a_route(ports, target, number):
    spec = {"port": target} if target else {}
    found = ask(
        "r.example", routes=[route("r", "r.example", **spec)], services=[service(ports=ports)]
    )
    assert {address.split(":")[1] for address in found} == {str(number)}


def test_the_oldest_route_has_the_host():
    routes = [
        route("young", "r.example", created="2", to={"name": "other"}),
        route("old", "r.example"),
    ]
    assert ask("r.example", routes=routes) == BOTH
    assert routing.find_winners(routes) == {"old"}


def test_the_longest_path_wins_and_ends_at_a_slash():
    routes = [
        route("all", "r.example"),
        route("app", "r.example", path="/app", to={"name": "none"}),
    ]
    assert ask("r.example", "/apple", routes=routes) == BOTH
    for path in ("/app", "/app/x", "/app?q"):
        assert "ns/none" in ask("r.example", path, routes=routes).text


def test_weights_of_zero_get_nothing():
    more = [{"name": "other", "weight": 0}]
    assert ask("r.example", routes=[route("r", "r.example", alternateBackends=more)]) == BOTH


@pytest.mark.parametrize(
    ("tls", "secure", "expected"),
    [
        (None, False, "served"),
        (None, True, 503),
        ({"termination": "edge"}, True, "served"),
        ({"termination": "edge"}, False, 503),
        ({"termination": "edge", "insecureEdgeTerminationPolicy": "Allow"}, False, "served"),
        ({"termination": "edge", "insecureEdgeTerminationPolicy": "Redirect"}, False, 302),
        ({"termination": "passthrough"}, True, 503),
    ],
)
def test_tls(tls, secure, expected):
    spec = {"tls": tls} if tls else {}
    found = ask("r.example", "/x", secure=secure, routes=[route("r", "r.example", **spec)])
    assert (found.status if isinstance(found, routing.Refusal) else "served") == expected


def test_a_wildcard_route_serves_one_label():
    routes = [route("r", "any.apps.example", wildcardPolicy="Subdomain")]
    assert ask("x.apps.example", routes=routes) == BOTH
    assert isinstance(ask("x.y.apps.example", routes=routes), routing.Refusal)


def test_an_ingress_by_path_and_kind():
    services = [
        service(),
        service("exact", selector={"app": "web"}, ports=[{"port": 80, "targetPort": 1}]),
    ]
    given = [ingress(("/", "Prefix", "web"), ("/only", "Exact", "exact"))]
    assert ask("i.example", "/x", ingresses=given, services=services) == BOTH
    assert ask("i.example", "/only", ingresses=given, services=services)[0].endswith(":1")
    assert ask("i.example", "/only/x", ingresses=given, services=services) == BOTH


def test_an_ingress_for_any_host():
    default = {"service": {"name": "web", "port": {"name": "http"}}}
    assert ask("whatever", ingresses=[ingress(defaultBackend=default)]) == BOTH


@pytest.mark.parametrize("host", ["web.ns.svc", "web.ns.svc.cluster.local", "web.ns.svc.localhost"])
def test_a_service_by_its_own_name(host):
    assert ask(host) == BOTH


def test_a_services_port_is_that_of_the_host_header():
    services = [
        service(
            ports=[
                {"name": "a", "port": 80, "targetPort": 1},
                {"name": "b", "port": 81, "targetPort": 2},
            ]
        )
    ]
    assert ask("web.ns.svc", port=81, services=services)[0].endswith(":2")
    assert ask("web.ns.svc", port=55555, services=services)[0].endswith(":1")


def test_a_service_without_selector_has_endpoints():
    subsets = [{"addresses": [{"ip": "127.9.9.9"}], "ports": [{"name": "http", "port": 7}]}]
    endpoints = [{"metadata": {"name": "web", "namespace": "ns"}, "subsets": subsets}]
    assert ask("web.ns.svc", services=[service(selector={})], endpoints=endpoints) == [
        "127.9.9.9:7"
    ]


def test_pods_that_are_not_ready_may_be_published():
    pods = [pod("a", "127.1.0.1", ready="False")]
    assert ask("web.ns.svc", pods=pods).status == 503
    services = [service(publishNotReadyAddresses=True)]
    assert ask("web.ns.svc", pods=pods, services=services) == ["127.1.0.1:8000"]


def test_nothing_there_is_said_so():
    assert "No route" in ask("x.example").text
    assert "No ready pod is behind service ns/none" in ask("none.ns.svc").text


def test_a_routes_admission_is_written_once():
    given = route("r", "r.example")
    status = routing.make_admission(given, "pocket", "now", admitted=True)
    assert status["ingress"][0]["conditions"][0]["status"] == "True"
    other = {"routerName": "other", "host": "r.example"}
    given["status"] = {"ingress": [other, *status["ingress"]]}
    assert routing.make_admission(given, "pocket", "later", admitted=True) is None
    lost = routing.make_admission(given, "pocket", "later", admitted=False)
    assert lost["ingress"][0] == other
    assert lost["ingress"][1]["conditions"][0]["reason"] == "HostAlreadyClaimed"
