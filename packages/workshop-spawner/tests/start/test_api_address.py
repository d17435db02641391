"""Where the cluster's API is, as the hub finds it."""

from __future__ import annotations

from workshop_spawner.start import api_address

ENDPOINTS = {"subsets": [{"addresses": [{"ip": "192.0.2.7"}, {"ip": "2001:db8::7"}]}]}


async def test_it_is_found_with_and_without_the_right_to_read_the_endpoints(
    site, kube, monkeypatch
):
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "172.30.0.1")
    known = {"127.0.0.1/32", "172.30.0.1/32"}
    assert set(await api_address.find_networks(kube)) == known, "not allowed to read them"
    body = {"apiVersion": "v1", "kind": "Endpoints", **ENDPOINTS}
    site.pocket.apply(body | {"metadata": {"name": "kubernetes", "namespace": "default"}})
    role = site.as_admin(ROLE)
    role["rules"] += [{"apiGroups": [""], "resources": ["endpoints"], "verbs": ["get"]}]
    assert site.pocket.request("PUT", ROLE, role).status == 200
    found = {"192.0.2.7/32", "2001:db8::7/128"}
    assert set(await api_address.find_networks(kube)) == known | found


ROLE = "/apis/rbac.authorization.k8s.io/v1/clusterroles/workshop-hub-projects"
