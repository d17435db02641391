"""Logs through the API server, as kubectl asks for them."""

import http.client
import ssl
import urllib.parse
import urllib.request

import pytest


def log(ws, query="", name="p"):
    return ws.cluster.request("GET", ws.path("pods", name) + "/log?" + query)


def test_the_log_of_a_pod(ws, node):
    ws.run(["sh", "-c", "echo one; echo two >&2; printf three"], restartPolicy="Never")
    ws.until_phase("Succeeded")
    answer = log(ws)
    assert answer.status == 200
    assert sorted(answer.body.splitlines()) == ["one", "three", "two"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("tailLines=2", "4\n5\n"),
        ("tailLines=0", ""),
        ("limitBytes=3", "1\n2"),
        ("sinceSeconds=3600", "1\n2\n3\n4\n5\n"),
        ("sinceTime=2100-01-01T00:00:00Z", ""),
    ],
)
def test_parts_of_a_log(ws, node, query, expected):
    ws.run(["sh", "-c", "for i in 1 2 3 4 5; do echo $i; done"], restartPolicy="Never")
    ws.until_phase("Succeeded")
    assert log(ws, query).body == expected


def test_times_are_shown_on_request(ws, node):
    ws.run(["echo", "hello"], restartPolicy="Never")
    ws.until_phase("Succeeded")
    moment, text = log(ws, "timestamps=true").body.split(" ", 1)
    assert text == "hello\n"
    assert moment.endswith("Z")
    assert "T" in moment


def test_following_gets_each_line_as_it_comes_and_ends_with_the_container(ws, node, tmp_path):
    fifo = tmp_path / "fifo"
    # Opened once by each side: else the shell could see the end of the line before.
    script = f"mkfifo {fifo}; echo first; while read line; do echo $line; done < {fifo}"
    ws.run(["sh", "-c", script], restartPolicy="Never")
    ws.until_ready()
    connection = http.client.HTTPSConnection(
        urllib.parse.urlsplit(ws.cluster.url).netloc,
        context=ssl.create_default_context(cafile=ws.cluster.ca_file),
        timeout=20,
    )
    headers = {"Authorization": "Bearer " + ws.cluster.admin_token}
    connection.request("GET", ws.path("pods", "p") + "/log?follow=true", headers=headers)
    response = connection.getresponse()
    assert response.readline() == b"first\n"
    with fifo.open("wb", buffering=0) as lines:
        for line in (b"second\n", b"last\n"):
            lines.write(line)
            assert response.readline() == line
    assert response.readline() == b""
    connection.close()


def test_the_log_of_the_run_before(ws, node):
    ws.run(["sh", "-c", "echo run $$$$; exit 1"])
    ws.until_state(
        lambda status: status.get("restartCount") == 1 and "terminated" in status["lastState"]
    )
    assert log(ws, "previous=true").body.startswith("run ")


def test_without_a_run_before_there_is_no_log_of_it(ws, node):
    ws.run(["sleep", "1000"])
    ws.until_ready()
    answer = log(ws, "previous=true")
    assert answer.status == 400
    assert answer.body["message"] == 'previous terminated container "c" in pod "p" not found'


def test_a_container_that_waits_has_no_log(ws, node):
    ws.run([])
    ws.until_state(lambda status: "waiting" in status.get("state", {}))
    answer = log(ws)
    assert answer.status == 400
    assert 'container "c" in pod "p" is waiting to start' in answer.body["message"]


def test_only_the_api_server_may_ask(ws, node):
    ws.run(["echo", "secret"], restartPolicy="Never")
    pod = ws.until_phase("Succeeded")
    found = ws.cluster.request("GET", "/api/v1/nodes/" + pod["spec"]["nodeName"]).body
    port = found["status"]["daemonEndpoints"]["kubeletEndpoint"]["Port"]
    url = f"http://127.0.0.1:{port}/containerLogs/ws/p/c"
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer wrong"}):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(urllib.request.Request(url, headers=headers))
        assert refused.value.code == 401
        refused.value.close()


def test_a_projects_admin_does_not_see_the_nodes_token(ws, node):
    ws.apply("ServiceAccount", "session")
    subject = {"kind": "ServiceAccount", "name": "session", "namespace": "ws"}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "admin"}
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "admin", "namespace": "ws"},
        "subjects": [subject],
        "roleRef": role,
    }
    ws.cluster.apply(binding)
    token = ws.cluster.token("ws", "session")
    assert ws.cluster.request("GET", ws.path("pods"), token=token).status == 200
    assert ws.cluster.request("GET", "/api/v1/nodes", token=token).status == 403
