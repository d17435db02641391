import pytest

PLACE = "/api/v1/namespaces/default"
SLICES = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"
MERGE = {"Content-Type": "application/merge-patch+json"}
STATUS = {
    "phase": "Running",
    "podIP": "127.9.9.9",
    "conditions": [{"type": "Ready", "status": "True"}],
}


@pytest.fixture
def web(cluster):
    spec = {"selector": {"app": "x"}, "ports": [{"port": 80, "targetPort": 8080}]}
    cluster.request("POST", f"{PLACE}/services", {"metadata": {"name": "web"}, "spec": spec})
    metadata = {"name": "p", "labels": {"app": "x"}}
    spec = {"containers": [{"name": "c", "image": "i"}]}
    cluster.request("POST", f"{PLACE}/pods", {"metadata": metadata, "spec": spec})


def run_pod(cluster):
    cluster.request("PATCH", f"{PLACE}/pods/p/status", {"status": STATUS}, headers=MERGE)


def addresses(cluster):
    found = cluster.request("GET", f"{PLACE}/endpoints/web").body
    sliced = cluster.request("GET", SLICES).body["items"]
    said = [a["ip"] for subset in found.get("subsets", ()) for a in subset["addresses"]]
    assert said == [a for one in sliced for e in one["endpoints"] for a in e["addresses"]]
    return said


def test_they_follow_the_pods(cluster, web):
    assert addresses(cluster) == []
    run_pod(cluster)
    assert addresses(cluster) == ["127.9.9.9"]
    before = cluster.request("GET", f"{PLACE}/endpoints/web").body
    cluster.request("PATCH", f"{PLACE}/pods/p", {"metadata": {"labels": {"b": "c"}}}, headers=MERGE)
    assert cluster.request("GET", f"{PLACE}/endpoints/web").body == before
    patch = {"metadata": {"labels": {"app": "y"}}}
    cluster.request("PATCH", f"{PLACE}/pods/p", patch, headers=MERGE)
    assert addresses(cluster) == []


def test_they_follow_the_service_and_go_with_it(cluster, web):
    run_pod(cluster)
    patch = {"spec": {"selector": {"app": "other"}}}
    cluster.request("PATCH", f"{PLACE}/services/web", patch, headers=MERGE)
    assert addresses(cluster) == []
    cluster.request("DELETE", f"{PLACE}/services/web")
    assert cluster.request("GET", f"{PLACE}/endpoints/web").status == 404
    assert cluster.request("GET", SLICES).body["items"] == []


def test_those_of_a_service_without_selector_are_ones_own(cluster):
    body = {"metadata": {"name": "out"}, "spec": {"ports": [{"port": 80}]}}
    cluster.request("POST", f"{PLACE}/services", body)
    assert cluster.request("GET", f"{PLACE}/endpoints/out").status == 404


def test_they_go_with_their_namespace(cluster):
    cluster.request("POST", "/api/v1/namespaces", {"metadata": {"name": "n"}})
    spec = {"selector": {"app": "x"}, "ports": [{"port": 80}]}
    path = "/api/v1/namespaces/n/services"
    cluster.request("POST", path, {"metadata": {"name": "web"}, "spec": spec})
    cluster.request("DELETE", "/api/v1/namespaces/n")
    assert cluster.request("GET", "/api/v1/namespaces/n").status == 404
