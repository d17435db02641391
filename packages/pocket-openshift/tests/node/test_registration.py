from pocket_openshift.node import registration
from workshop_kube.rules.manifests import make_reference


def node(ws):
    return ws.cluster.request("GET", "/api/v1/nodes/n").body


async def test_a_node_says_where_its_endpoint_is_and_takes_no_pods_of_others(ws, client):
    made = registration.Registration(client, "n")
    assert await made.register(1234, "0", {"a": "b"})
    found = node(ws)
    assert found["spec"]["unschedulable"]
    assert found["spec"]["taints"][0]["effect"] == "NoSchedule"
    assert found["metadata"]["annotations"]["a"] == "b"
    assert found["status"]["daemonEndpoints"]["kubeletEndpoint"]["Port"] == 1234
    assert {one["type"]: one["address"] for one in found["status"]["addresses"]} == {
        "InternalIP": "127.0.0.1",
        "Hostname": "localhost",
    }
    await made.remove()
    assert node(ws)["code"] == 404


async def test_a_node_that_was_left_behind_is_taken_over(ws, client):
    await registration.Registration(client, "n").register(1, "0", {"token": "old"})
    second = registration.Registration(client, "n")
    assert await second.register(2, "0", {"token": "new"})
    assert node(ws)["metadata"]["annotations"] == {"token": "new"}
    assert node(ws)["status"]["daemonEndpoints"]["kubeletEndpoint"]["Port"] == 2
    await second.remove()
    assert node(ws)["code"] == 404


async def test_a_cluster_that_wants_no_nodes_is_no_obstacle(ws, client):
    ws.apply("ServiceAccount", "nobody")
    nobody = client.as_owner_of(ws.cluster.token("ws", "nobody"))
    made = registration.Registration(nobody, "n")
    assert not await made.register(1, "0", {})
    await made.remove()


async def test_the_lease_is_made_and_renewed(ws, client):
    made = registration.Registration(client, "n")
    await made.register(1, "0", {})
    lease = make_reference(registration.LEASES, "Lease", "n", registration.LEASE_NAMESPACE)
    await made.renew()
    first = await client.get(lease)
    await made.renew()
    second = await client.get(lease)
    assert first["spec"]["renewTime"] < second["spec"]["renewTime"]
    assert second["metadata"]["ownerReferences"][0]["uid"] == made.uid
