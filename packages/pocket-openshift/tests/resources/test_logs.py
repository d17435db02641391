import http.server
import socket
import threading

import pytest

from pocket_openshift.http import nodes
from pocket_openshift.resources import logs
from pocket_openshift.vocabulary import errors

PODS = "/api/v1/namespaces/default/pods"


class Kubelet(http.server.BaseHTTPRequestHandler):
    """Serves logs as a node does, to whoever shows its token."""

    def do_GET(self):
        if self.headers["Authorization"] != "Bearer s3cret":
            self.send_error(401)
            return
        text = f"asked {self.path}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


@pytest.fixture
def kubelet():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Kubelet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def node(cluster, port, token="s3cret"):
    status = {
        "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": port}} if port else {},
    }
    body = {"metadata": {"name": "n", "annotations": {logs.TOKEN: token}}}
    cluster.request("POST", "/api/v1/nodes", body)
    headers = {"Content-Type": "application/merge-patch+json"}
    cluster.request("PATCH", "/api/v1/nodes/n/status", {"status": status}, headers=headers)


def pod(cluster, *containers, **spec):
    made = [{"name": name, "image": "i:1"} for name in containers]
    body = {"metadata": {"name": "p"}, "spec": {"containers": made, **spec}}
    assert cluster.request("POST", PODS, body).status == 201


def test_the_node_is_asked_with_what_was_asked(cluster, kubelet):
    node(cluster, kubelet)
    pod(cluster, "c", nodeName="n")
    answer = cluster.request("GET", f"{PODS}/p/log?tailLines=5&container=c&pretty=1")
    assert answer.status == 200
    assert answer.body == "asked /containerLogs/default/p/c?tailLines=5\n"
    assert answer.headers["Content-Type"] == "text/plain"


def test_a_node_that_refuses_is_an_error(cluster, kubelet):
    node(cluster, kubelet, token="wrong")
    pod(cluster, "c", nodeName="n")
    assert cluster.request("GET", f"{PODS}/p/log").status == 400


@pytest.mark.parametrize(
    ("port", "status", "said"),
    [(1, 502, 'node "n" did not answer: '), (None, 503, "node n serves no logs")],
)
def test_a_node_that_cannot_be_reached_is_said(cluster, port, status, said):
    node(cluster, port)
    pod(cluster, "c", nodeName="n")
    answer = cluster.request("GET", f"{PODS}/p/log")
    assert answer.status == status
    assert answer.body["message"].startswith(said)


@pytest.mark.parametrize("part", ["log", "exec?command=true"])
def test_a_node_that_says_nothing_is_not_waited_for_without_end(cluster, monkeypatch, part):
    """A program that takes connections and is no node's agent; or an agent that hangs."""
    monkeypatch.setattr(nodes, "ANSWER_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        node(cluster, silent.getsockname()[1])
        pod(cluster, "c", nodeName="n")
        headers = {"Upgrade": "websocket", "Connection": "Upgrade"} if "exec" in part else {}
        answer = cluster.request("GET", f"{PODS}/p/{part}", headers=headers)
    assert answer.status == 502
    assert answer.body["message"] == (
        'node "n" did not answer: no word within 0.1 seconds. Is its agent (pocket-openshift node) '
        "running?"
    )


def test_a_pod_without_a_node(cluster):
    pod(cluster, "c")
    answer = cluster.request("GET", f"{PODS}/p/log")
    assert (answer.status, "does not have a host" in answer.body["message"]) == (400, True)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("", "a container name must be specified"), ("x", "container x is not valid")],
)
def test_the_container_must_be_clear(wanted, expected):
    made = {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c"}, {"name": "d"}]}}
    with pytest.raises(errors.StatusError, match=expected):
        logs.choose_container(made, wanted)
    assert logs.choose_container(made, "d") == "d"
