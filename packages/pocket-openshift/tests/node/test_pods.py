"""Real pods through the real emulator."""

import http.client
import json
import ssl
import time

import pytest

ECHO = """
import http.server, os, sys
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = os.environ.get('GREETING', '').encode(); self.send_response(200)
        self.send_header('Content-Length', str(len(body))); self.end_headers(); self.wfile.write(body)
    def log_message(self, *a): pass
http.server.HTTPServer((os.environ['POD_IP'], 8000), H).serve_forever()
"""


def make_pod(name, command, **spec):
    container = {"name": "c", "image": "example/any", "command": command}
    container |= spec.pop("container", {})
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "ws"},
        "spec": {"containers": [container], "terminationGracePeriodSeconds": 2} | spec,
    }


@pytest.fixture
def space(cluster):
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ws"}})
    return cluster


def get(cluster, name="p", kind="pods"):
    return cluster.request("GET", f"/api/v1/namespaces/ws/{kind}/{name}")


def until(cluster, wanted, name="p", seconds=20):
    """Watch the pod until `wanted(pod)` (None once deleted) holds."""
    deadline = time.monotonic() + seconds
    context = ssl.create_default_context(cafile=cluster.ca_file)
    first = get(cluster, name)
    pod = first.body if first.status == 200 else None
    if wanted(pod):
        return pod
    host, port = cluster.url.removeprefix("https://").split(":")
    connection = http.client.HTTPSConnection(host, int(port), context=context, timeout=seconds)
    path = (
        "/api/v1/namespaces/ws/pods?watch=true&fieldSelector=metadata.name%%3D%s&timeoutSeconds=%d"
    )
    connection.request(
        "GET", path % (name, seconds), headers={"Authorization": "Bearer " + cluster.admin_token}
    )
    try:
        response = connection.getresponse()
        while time.monotonic() < deadline:
            line = response.readline()
            if not line:
                break
            event = json.loads(line)
            pod = None if event["type"] == "DELETED" else event["object"]
            if wanted(pod):
                return pod
    finally:
        connection.close()
    raise AssertionError(
        "not seen within {:g} s; the last was {}".format(
            seconds, json.dumps(pod and pod.get("status"), indent=1)
        )
    )


def is_ready(pod):
    return pod and any(
        c["type"] == "Ready" and c["status"] == "True" for c in pod["status"].get("conditions", [])
    )


def test_a_pod_runs_and_is_reached_at_its_own_address(space):
    space.start_node()
    env = [
        {"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
        {"name": "GREETING", "value": "hello from $(POD_IP)"},
    ]
    probe = {"httpGet": {"port": "web"}, "periodSeconds": 1}
    container = {
        "env": env,
        "ports": [{"name": "web", "containerPort": 8000}],
        "readinessProbe": probe,
    }
    space.apply(make_pod("p", ["python3", "-c", ECHO], container=container))
    pod = until(space, is_ready)
    address = pod["status"]["podIP"]
    assert address.startswith("127.")
    connection = http.client.HTTPConnection(address, 8000, timeout=5)
    connection.request("GET", "/")
    assert connection.getresponse().read() == b"hello from " + address.encode()
    connection.close()


def test_deleting_a_pod_ends_its_processes_and_then_removes_it(space):
    space.start_node()
    space.apply(
        make_pod(
            "p",
            [
                "sh",
                "-c",
                "trap 'echo bye; exit 0' TERM; setsid sleep 987 & while :; do sleep 0.1; done",
            ],
        )
    )
    pod = until(space, is_ready)
    answer = space.request("DELETE", "/api/v1/namespaces/ws/pods/p")
    assert answer.body["metadata"]["deletionGracePeriodSeconds"] == 2
    until(space, lambda pod: pod is None)
    assert pod["status"]["containerStatuses"][0]["state"]["running"]
