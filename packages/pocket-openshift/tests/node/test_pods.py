"""Real pods through the real emulator, from binding to removal."""

import http.client
import json
import os
from datetime import timedelta

import pytest

import waiting
from pocket_openshift.node import pods, settings, sources

MERGE = {"Content-Type": "application/merge-patch+json"}

ECHO = """
import http.server, os, sys
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = os.environ.get('GREETING', '').encode(); self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers(); self.wfile.write(body)
    def log_message(self, *a): pass
http.server.HTTPServer((os.environ['POD_IP'], 8000), H).serve_forever()
"""
POD_IP = {"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}


def read(address, port=8000):
    connection = http.client.HTTPConnection(address, port, timeout=120)
    try:
        connection.request("GET", "/")
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def state_of(pod):
    return pod["status"]["containerStatuses"][0]["state"]


def test_two_pods_listen_on_one_port_each_at_its_own_address(ws, node):
    env = [POD_IP, {"name": "GREETING", "value": "hello from $(POD_IP)"}]
    probe = {"httpGet": {"port": "web"}, "periodSeconds": 1}
    ports = [{"name": "web", "containerPort": 8000}]
    container = {"env": env, "ports": ports, "readinessProbe": probe}
    for name in ("a", "b"):
        ws.run(["python3", "-c", ECHO], name, container)
    addresses = [ws.until_ready(name)["status"]["podIP"] for name in ("a", "b")]
    assert len(set(addresses)) == 2
    assert [read(address) for address in addresses] == [f"hello from {ip}" for ip in addresses]


async def test_a_pod_that_another_took_meanwhile_is_left_alone(ws, tmp_path):
    item = ws.run(["true"])
    nothing = pods.Node(settings.Settings(tmp_path, "me"), None, None, None)
    pod = pods.Pod(item, nothing)
    pod.update(item | {"spec": item["spec"] | {"nodeName": "another"}})
    await pod.run()  # touches neither the API nor a process: there is none to touch


def test_a_running_pod_says_where_and_since_when(ws, node):
    ws.run(["sleep", "1000"])
    pod = ws.until_ready()
    status = pod["status"]
    assert pod["spec"]["nodeName"].startswith("pocket-")
    assert status["phase"] == "Running"
    assert status["podIPs"] == [{"ip": status["podIP"]}]
    assert {c["type"]: c["status"] for c in status["conditions"]} == {
        **{"PodScheduled": "True", "Initialized": "True"},
        **{"ContainersReady": "True", "Ready": "True"},
    }
    assert status["containerStatuses"][0]["containerID"]
    assert "startedAt" in state_of(pod)["running"]
    reasons = [ws.until_event(reason) for reason in ("Scheduled", "Pulled", "Created", "Started")]
    assert {event["involvedObject"]["uid"] for event in reasons} == {pod["metadata"]["uid"]}
    assert reasons[2]["involvedObject"]["fieldPath"] == "spec.containers{c}"


def test_deleting_ends_the_processes_gracefully_before_the_object_goes(ws, node, tmp_path):
    done = tmp_path / "done"
    ws.run(["sh", "-c", f"trap 'echo bye > {done}; exit 0' TERM; while :; do sleep 0.05; done"])
    ws.until_ready()
    assert ws.delete().body["metadata"]["deletionGracePeriodSeconds"] == 2
    ws.until_gone()
    assert done.read_text() == "bye\n"
    assert ws.until_event("Killing")["message"] == "Stopping container c"


def test_what_ignores_the_signal_is_killed_after_its_grace(ws, node, tmp_path, tools):
    script = f"trap '' TERM; setsid sleep 1000 & echo $! > {tmp_path}/pid; wait; sleep 1000"
    ws.run(["sh", "-c", script], terminationGracePeriodSeconds=1)
    ws.until_ready()
    ws.delete()
    ws.until_gone()
    assert not tools.is_alive(int((tmp_path / "pid").read_text()))


def test_a_pod_deleted_by_force_leaves_no_process(ws, node, tmp_path, tools):
    ws.run(["sh", "-c", f"echo $$$$ > {tmp_path}/pid; exec sleep 1000"])
    ws.until_ready()
    ws.delete(body={"gracePeriodSeconds": 0})
    ws.until_gone()
    ws.cluster.stop()
    assert not tools.is_alive(int((tmp_path / "pid").read_text()))


@pytest.mark.parametrize(
    ("policy", "code", "phase", "reason"),
    [
        ("Never", 0, "Succeeded", "Completed"),
        ("OnFailure", 0, "Succeeded", "Completed"),
        ("Never", 3, "Failed", "Error"),
    ],
)
def test_a_command_that_ends_ends_the_pod(ws, node, policy, code, phase, reason):
    ws.run(["sh", "-c", f"exit {code}"], restartPolicy=policy)
    pod = ws.until_phase("Succeeded", "Failed")
    assert pod["status"]["phase"] == phase
    ended = state_of(pod)["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (code, reason)
    ws.delete()
    ws.until_gone()


def test_a_command_that_does_not_exist_is_told_in_the_systems_words(ws, node):
    ws.run(["no-such-command"])
    failed = ws.until_state(
        lambda status: "waiting" in status.get("state", {}) and status["lastState"]
    )
    waiting = state_of(failed)["waiting"]
    assert waiting["reason"] == "RunContainerError"
    assert "no-such-command: No such file or directory" in waiting["message"]
    event = ws.until_event("Failed")
    assert event["type"] == "Warning"
    assert "no-such-command: No such file or directory" in event["message"]
    crashed = ws.until_state(
        lambda status: (
            status.get("state", {}).get("waiting", {}).get("reason") == "CrashLoopBackOff"
        )
    )
    assert "No such file or directory" in state_of(crashed)["waiting"]["message"]
    ws.until_event("BackOff")


def test_a_command_that_does_not_exist_fails_a_pod_that_never_restarts(ws, node):
    ws.run(["no-such-command"], restartPolicy="Never")
    ended = state_of(ws.until_phase("Failed"))["terminated"]
    assert (ended["reason"], ended["exitCode"]) == ("StartError", 128)


def test_an_image_alone_cannot_be_run_and_says_so(ws, node):
    ws.run([])
    pod = ws.until_state(
        lambda status: (
            status.get("state", {}).get("waiting", {}).get("reason") == "ImagePullBackOff"
        )
    )
    assert "give container c a command or args" in state_of(pod)["waiting"]["message"]
    assert "example/any" in ws.until_event("Failed", text="command or args")["message"]
    ws.delete()
    ws.until_gone()


def test_a_failing_command_is_started_again_with_growing_waits(ws, node):
    ws.run(["sh", "-c", "exit 5"])
    pod = ws.until_state(lambda status: status.get("restartCount", 0) >= 3)
    assert pod["status"]["phase"] == "Running"
    assert pod["status"]["containerStatuses"][0]["lastState"]["terminated"]["exitCode"] == 5


def test_init_containers_run_one_by_one_before_the_others(ws, node):
    mounts = {"volumeMounts": [{"name": "shared", "mountPath": "/shared"}], "image": "x"}
    env = [{"name": "DIR", "value": "/shared"}]
    init = [
        {"name": name, "command": ["sh", "-c", f"echo {name} >> $DIR/order"], "env": env} | mounts
        for name in ("one", "two")
    ]
    container = {"env": env} | mounts
    ws.run(
        ["sh", "-c", 'test "$(cat $DIR/order | tr "\\n" " ")" = "one two "'],
        container=container,
        initContainers=init,
        volumes=[{"name": "shared", "emptyDir": {}}],
        restartPolicy="Never",
    )
    pod = ws.until_phase("Succeeded", "Failed")
    assert pod["status"]["phase"] == "Succeeded"
    ended = [
        one["state"]["terminated"]["exitCode"] for one in pod["status"]["initContainerStatuses"]
    ]
    assert ended == [0, 0]


def test_an_init_container_that_fails_keeps_the_others_from_starting(ws, node):
    init = [{"name": "first", "image": "x", "command": ["false"]}]
    ws.run(["sleep", "1000"], initContainers=init, restartPolicy="Never")
    status = ws.until_phase("Failed")["status"]
    assert status["containerStatuses"][0]["state"]["waiting"]["reason"] == "PodInitializing"
    assert {c["type"]: c["status"] for c in status["conditions"]}["Initialized"] == "False"


def test_a_sidecar_runs_beside_and_ends_after_the_others(ws, node, tmp_path):
    side = f"trap 'echo side >> {tmp_path}/ends; exit 0' TERM; while :; do sleep 0.05; done"
    init = [
        {"name": "side", "image": "x", "command": ["sh", "-c", side], "restartPolicy": "Always"}
    ]
    ws.run(
        ["sh", "-c", f"sleep 0.3; echo main >> {tmp_path}/ends"],
        initContainers=init,
        restartPolicy="Never",
    )
    assert ws.until_phase("Succeeded", "Failed")["status"]["phase"] == "Succeeded"
    assert (tmp_path / "ends").read_text() == "main\nside\n"


def test_a_deadline_ends_the_pod(ws, node):
    ws.run(["sleep", "1000"], activeDeadlineSeconds=1)
    status = ws.until_phase("Failed")["status"]
    assert status["reason"] == "DeadlineExceeded"


def test_all_of_the_environment_and_nothing_else(ws, node, tmp_path, monkeypatch):
    ws.apply("ConfigMap", "settings", data={"COLOUR": "blue", "with-a-dash": "x"})
    ws.apply("Secret", "keys", stringData={"password": "s3cret"})
    env = [
        {"name": "NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
        {"name": "GREETING", "value": "I am $(NAME), $$(NAME), $(NOBODY)"},
        {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "password"}}},
        {
            "name": "NONE",
            "valueFrom": {"configMapKeyRef": {"name": "absent", "key": "x", "optional": True}},
        },
        {"name": "LIMIT", "valueFrom": {"resourceFieldRef": {"resource": "limits.memory"}}},
        {"name": "CONFIG", "value": "/etc/app/COLOUR"},
        {"name": "OTHER", "value": "/etc/application"},
    ]
    container = {
        "env": env,
        "envFrom": [{"configMapRef": {"name": "settings"}, "prefix": "P_"}],
        "resources": {"limits": {"memory": "64Mi"}},
        "volumeMounts": [{"name": "config", "mountPath": "/etc/app"}],
    }
    script = (
        f"import json, os; json.dump([dict(os.environ), os.getcwd()], open('{tmp_path}/env', 'w'))"
    )
    ws.run(
        ["python3", "-c", script],
        container=container,
        volumes=[{"name": "config", "configMap": {"name": "settings"}}],
        restartPolicy="Never",
    )
    ws.until_phase("Succeeded")
    seen, folder = json.loads((tmp_path / "env").read_text())
    server = ws.cluster.url.removeprefix("https://").split(":")
    expected = {
        "NAME": "p",
        "GREETING": "I am p, $(NAME), $(NOBODY)",
        "PASSWORD": "s3cret",
        "LIMIT": str(64 * 2**20),
        "P_COLOUR": "blue",
        "P_with-a-dash": "x",
        "OTHER": "/etc/application",
        "HOSTNAME": "p",
        "KUBERNETES_SERVICE_HOST": server[0],
        "KUBERNETES_SERVICE_PORT": server[1],
        "KUBERNETES_SERVICE_PORT_HTTPS": server[1],
        "HOME": folder,
    }
    assert {key: seen[key] for key in expected} == expected
    assert seen["CONFIG"].endswith("/volumes/config/COLOUR")
    basics = {"PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "CONFIG"}
    assert set(seen) <= set(expected) | basics
    assert "NONE" not in seen


def test_a_missing_config_map_is_waited_for(ws, node):
    env = [{"name": "X", "valueFrom": {"configMapKeyRef": {"name": "late", "key": "x"}}}]
    ws.run(["sh", "-c", 'test "$X" = here'], container={"env": env}, restartPolicy="Never")
    pod = ws.until_state(lambda status: "waiting" in status.get("state", {}) and status)
    pod = ws.until_state(
        lambda s: (
            s.get("state", {}).get("waiting", {}).get("reason") == "CreateContainerConfigError"
        )
    )
    assert 'configmap "late" not found' in state_of(pod)["waiting"]["message"]
    ws.apply("ConfigMap", "late", data={"x": "here"})
    assert ws.until_phase("Succeeded", "Failed")["status"]["phase"] == "Succeeded"


def test_a_missing_secret_volume_is_waited_for(ws, node):
    volumes = [{"name": "keys", "secret": {"secretName": "late"}}]
    mount = {"volumeMounts": [{"name": "keys", "mountPath": "/keys"}]}
    ws.run(
        ["sh", "-c", 'test "$(cat $1)" = here', "sh", "/keys/x"], container=mount, volumes=volumes
    )
    assert 'secret "late" not found' in ws.until_event("FailedMount")["message"]
    assert ws.get().body["status"]["phase"] == "Pending"
    ws.apply("Secret", "late", stringData={"x": "here"})
    pod = ws.until_state(lambda status: "terminated" in status.get("lastState", {}))
    assert pod["status"]["containerStatuses"][0]["lastState"]["terminated"]["exitCode"] == 0


async def test_the_accounts_token_works_and_is_bound_to_the_pod(ws, node, tmp_path, tools):
    path = "/var/run/secrets/kubernetes.io/serviceaccount"
    env = [{"name": "DIR", "value": path}]
    copied = f"cp $DIR/token $DIR/ca.crt $DIR/namespace {tmp_path}/ && echo > {tmp_path}/done"
    ws.run(["sh", "-c", copied + "; exec sleep 1000"], container={"env": env})
    await tools.until_file(tmp_path / "done")
    token = (tmp_path / "token").read_text()
    assert (tmp_path / "namespace").read_text() == "ws"
    assert (tmp_path / "ca.crt").read_text() == ws.cluster.ca_file.read_text()
    review = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenReview",
        "spec": {"token": token},
    }
    answer = ws.cluster.request("POST", "/apis/authentication.k8s.io/v1/tokenreviews", review).body
    assert answer["status"]["authenticated"]
    assert answer["status"]["user"]["username"] == "system:serviceaccount:ws:default"
    assert answer["status"]["user"]["extra"]["authentication.kubernetes.io/pod-name"] == ["p"]


def test_tokens_are_replaced_in_time_and_config_maps_with_them(ws, tmp_path, monkeypatch):
    soon = timedelta(seconds=0.2)
    monkeypatch.setattr(sources, "find_refresh", lambda _expiration, now: now + soon)
    ws.cluster.start_node(data=tmp_path)
    ws.apply("ConfigMap", "settings", data={"word": "old"})
    mount = {"volumeMounts": [{"name": "config", "mountPath": "/config"}]}
    volumes = [{"name": "config", "configMap": {"name": "settings"}}]
    pod = ws.run(["sleep", "1000"], container=mount, volumes=volumes)
    ws.until_ready()
    folder = tmp_path / "pods" / pod["metadata"]["uid"] / "volumes"
    (token,) = folder.glob("*/token")
    before = token.read_text()
    ws.cluster.request(
        "PATCH", ws.path("configmaps", "settings"), {"data": {"word": "new"}}, headers=MERGE
    )
    waiting.until(lambda: token.read_text() != before, pause=0.05)
    waiting.until(lambda: (folder / "config/word").read_text() == "new", pause=0.05)


def test_a_claim_is_bound_to_a_folder_that_outlives_the_pod(ws, node):
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    ws.apply("PersistentVolumeClaim", "data", spec=spec)
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    mount = {"volumeMounts": [{"name": "data", "mountPath": "/data"}]}
    more = {"container": mount, "volumes": volumes, "restartPolicy": "Never"}
    ws.run(["sh", "-c", "echo kept > $1", "sh", "/data/file"], "writer", **more)
    assert ws.until_phase("Succeeded", "Failed", name="writer")["status"]["phase"] == "Succeeded"
    ws.delete("writer")
    ws.until_gone("writer")
    ws.run(["grep", "kept", "/data/file"], "reader", **more)
    assert ws.until_phase("Succeeded", "Failed", name="reader")["status"]["phase"] == "Succeeded"
    claim = ws.get("data", "persistentvolumeclaims").body
    assert claim["status"]["phase"] == "Bound"
    volume = ws.cluster.request(
        "GET", "/api/v1/persistentvolumes/" + claim["spec"]["volumeName"]
    ).body
    assert volume["spec"]["claimRef"]["uid"] == claim["metadata"]["uid"]


def test_the_pods_folder_is_its_owners_alone_and_goes_with_it(ws, tmp_path):
    ws.cluster.start_node(data=tmp_path / "node")
    uid = ws.run(["sleep", "1000"])["metadata"]["uid"]
    ws.until_ready()
    folder = tmp_path / "node" / "pods" / uid
    assert folder.stat().st_mode & 0o777 == 0o700
    assert folder.stat().st_uid == os.getuid()
    ws.delete()
    ws.until_gone()
    ws.cluster.stop()
    assert not folder.exists()


def test_pre_stop_runs_before_the_signal(ws, node, tmp_path):
    log = tmp_path / "log"
    hook = {"preStop": {"exec": {"command": ["sh", "-c", f"echo hook >> {log}"]}}}
    script = f"trap 'echo signal >> {log}; exit 0' TERM; while :; do sleep 0.05; done"
    ws.run(["sh", "-c", script], container={"lifecycle": hook})
    ws.until_ready()
    ws.delete()
    ws.until_gone()
    assert log.read_text() == "hook\nsignal\n"


def test_a_termination_message_is_told(ws, node):
    ws.run(
        ["sh", "-c", "echo why > $1; exit 1", "sh", "/dev/termination-log"], restartPolicy="Never"
    )
    assert state_of(ws.until_phase("Failed"))["terminated"]["message"] == "why\n"
