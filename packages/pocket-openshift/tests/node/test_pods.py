"""Real pods through the real emulator."""

import http.client
import json
import ssl

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
    selector = "fieldSelector=metadata.name%3D" + name
    listed = cluster.request("GET", "/api/v1/namespaces/ws/pods?" + selector).body
    pod = listed["items"][0] if listed["items"] else None
    if wanted(pod):
        return pod
    context = ssl.create_default_context(cafile=cluster.ca_file)
    host, port = cluster.url.removeprefix("https://").split(":")
    connection = http.client.HTTPSConnection(host, int(port), context=context, timeout=seconds)
    version = listed["metadata"]["resourceVersion"]
    path = f"/api/v1/namespaces/ws/pods?watch=true&{selector}&resourceVersion={version}"
    headers = {"Authorization": "Bearer " + cluster.admin_token}
    connection.request("GET", f"{path}&timeoutSeconds={seconds}", headers=headers)
    try:
        response = connection.getresponse()
        while line := response.readline():
            event = json.loads(line)
            pod = None if event["type"] == "DELETED" else event["object"]
            if wanted(pod):
                return pod
    finally:
        connection.close()
    status = json.dumps(pod and pod.get("status"), indent=1)
    raise AssertionError(f"not seen within {seconds} s; the last was {status}")


def is_ready(pod):
    conditions = pod["status"].get("conditions", []) if pod else []
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


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
                "trap 'exit 0' TERM; setsid sleep 987 & while :; do sleep 0.1; done",
            ],
        )
    )
    pod = until(space, is_ready)
    answer = space.request("DELETE", "/api/v1/namespaces/ws/pods/p")
    assert answer.body["metadata"]["deletionGracePeriodSeconds"] == 2
    until(space, lambda pod: pod is None)
    assert pod["status"]["containerStatuses"][0]["state"]["running"]
