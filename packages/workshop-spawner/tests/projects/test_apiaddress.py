"""Where the cluster's API is."""

import pytest

from workshop_spawner.projects import apiaddress

ENDPOINTS = {"subsets": [{"addresses": [{"ip": "192.0.2.7"}, {"ip": "2001:db8::7"}]}]}


@pytest.mark.parametrize(
    ("hosts", "endpoints", "networks"),
    [
        (("",), None, ()),
        (("172.30.0.1", "api.example.com"), None, ("172.30.0.1/32",)),
        (("172.30.0.1", "172.30.0.1"), {}, ("172.30.0.1/32",)),
        (("172.30.0.1",), ENDPOINTS, ("172.30.0.1/32", "192.0.2.7/32", "2001:db8::7/128")),
        ((), {"subsets": [{"notReadyAddresses": [{"ip": "192.0.2.7"}]}]}, ()),
    ],
)
def test_the_networks_of_the_api(hosts, endpoints, networks):
    assert apiaddress.list_networks(hosts, endpoints) == networks


async def test_it_is_found_with_and_without_the_right_to_read_the_endpoints(
    place, door, monkeypatch
):
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "172.30.0.1")
    known = {"127.0.0.1/32", "172.30.0.1/32"}
    assert set(await apiaddress.find_networks(door)) == known, "not allowed to read them"
    body = {"apiVersion": "v1", "kind": "Endpoints", **ENDPOINTS}
    place.pocket.apply(body | {"metadata": {"name": "kubernetes", "namespace": "default"}})
    role = place.as_admin(ROLE)
    role["rules"] += [{"apiGroups": [""], "resources": ["endpoints"], "verbs": ["get"]}]
    assert place.pocket.request("PUT", ROLE, role).status == 200
    found = {"192.0.2.7/32", "2001:db8::7/128"}
    assert set(await apiaddress.find_networks(door)) == known | found


ROLE = "/apis/rbac.authorization.k8s.io/v1/clusterroles/workshop-hub-projects"
