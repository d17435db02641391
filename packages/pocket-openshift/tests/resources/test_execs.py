"""Commands in containers: what is refused before a node is asked (test/node has the rest)."""

from __future__ import annotations

import pytest

PATH = "/api/v1/namespaces/default/pods/web/exec?command=id"
WEBSOCKET = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    "Sec-WebSocket-Version": "13",
}


@pytest.fixture
def pod(cluster):
    spec = {"containers": [{"name": "c", "image": "i"}]}
    metadata = {"name": "web", "namespace": "default"}
    cluster.apply({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_other_protocols_are_refused_with_what_to_use(cluster, pod, method):
    answer = cluster.request(method, PATH)
    assert answer.status == 400
    assert "use kubectl 1.31 or newer" in answer.body["message"]


def test_a_pod_without_a_node_runs_nothing(cluster, pod):
    answer = cluster.request("GET", PATH, headers=WEBSOCKET)
    assert answer.status == 400
    assert "does not have a host assigned" in answer.body["message"]


def test_a_pod_that_is_not_there(cluster):
    assert cluster.request("GET", PATH, headers=WEBSOCKET).status == 404
