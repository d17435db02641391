"""What is refused before a node is asked; commands that run are tests/node/test_execs.py."""

import socket

import pytest

PODS = "/api/v1/namespaces/default/pods"
UPGRADE = {"Upgrade": "websocket", "Connection": "Upgrade"}


@pytest.fixture
def pod(cluster):
    spec = {"containers": [{"name": "c", "image": "i:1", "command": ["true"]}]}
    body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec}
    cluster.apply(body)
    return cluster


@pytest.mark.parametrize(
    ("name", "headers", "refusal"),
    [
        ("p", {}, (400, "commands are run over websockets only: use kubectl 1.31 or newer")),
        ("p", UPGRADE, (400, "pod p does not have a host assigned")),
        ("none", UPGRADE, (404, 'pods "none" not found')),
    ],
)
def test_a_command_that_cannot_be_run_is_refused_in_a_sentence(pod, name, headers, refusal):
    answer = pod.request("GET", f"{PODS}/{name}/exec?command=true", headers=headers)
    assert (answer.status, answer.body["message"]) == refusal


def test_a_node_that_is_gone_is_told(pod):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    status = {
        "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": port}},
    }
    merge = {"Content-Type": "application/merge-patch+json"}
    pod.request("POST", "/api/v1/nodes", {"metadata": {"name": "n"}})
    pod.request("PATCH", "/api/v1/nodes/n/status", {"status": status}, headers=merge)
    target = {"apiVersion": "v1", "kind": "Node", "name": "n"}
    pod.request("POST", f"{PODS}/p/binding", {"metadata": {"name": "p"}, "target": target})
    answer = pod.request("GET", f"{PODS}/p/exec?command=true", headers=UPGRADE)
    assert answer.status == 502
    assert answer.body["message"].startswith('node "n" did not answer: ')
