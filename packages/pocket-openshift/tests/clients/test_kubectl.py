"""Debian's kubectl, as a person uses it."""

import json
import shutil
import subprocess

import pytest

POD = """
apiVersion: v1
kind: Pod
metadata: {name: p, labels: {app: x}}
spec:
  terminationGracePeriodSeconds: 1
  containers:
  - name: c
    image: any:1
    command: [sh, -c, "echo hello from $HOSTNAME$GREETING; sleep 60"]
    env: [{name: GREETING, value: you}]
"""


@pytest.fixture
def kubectl(cluster):
    if shutil.which("kubectl") is None:
        pytest.skip("install kubectl (Debian: apt-get install kubernetes-client)")

    def run(words, text=None, *, fails=False):
        command = ["kubectl", "--kubeconfig", str(cluster.kubeconfig), *words.split()]
        done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=120)
        assert (done.returncode != 0) is fails, done.stderr
        return done.stderr if fails else done.stdout

    run("create namespace a")
    return run


def test_create_get_apply_patch_delete(kubectl):
    kubectl("create -n a configmap c --from-literal=k=1")
    assert json.loads(kubectl("get -n a cm c -o json"))["data"] == {"k": "1"}
    config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: d}\ndata: {k: '%s'}\n"
    assert "created" in kubectl("apply -n a -f -", config % 1)
    assert "configured" in kubectl("apply -n a -f -", config % 2)
    assert "unchanged" in kubectl("apply -n a -f -", config % 2)
    kubectl('patch -n a cm d --patch {"data":{"j":"3"}}')
    assert json.loads(kubectl("get -n a cm d -o json"))["data"] == {"k": "2", "j": "3"}
    assert "serverside-applied" in kubectl(
        "apply -n a --server-side --force-conflicts -f -", config % 4
    )
    kubectl("label -n a cm d app=x")
    assert kubectl("get -n a cm -l app=x -o name") == "configmap/d\n"
    kubectl("delete -n a cm c d")
    assert "NotFound" in kubectl("get -n a cm c", fails=True)


def test_get_prints_columns(kubectl):
    lines = kubectl("get namespaces").splitlines()
    assert lines[0].split() == ["NAME", "STATUS", "AGE"]
    assert ["a", "Active"] in [line.split()[:2] for line in lines]


def test_a_pod_from_apply_to_delete(cluster, kubectl):
    cluster.start_node()
    kubectl("apply -n a -f -", POD)
    assert "condition met" in kubectl("wait -n a --for=condition=Ready pod/p --timeout=100s")
    assert kubectl("get -n a pods").splitlines()[1].split()[:3] == ["p", "1/1", "Running"]
    described = kubectl("describe -n a pod p")
    assert "Started container c" in described
    assert "Service Account:  default" in described
    kubectl("delete -n a pod p --wait --timeout=100s")
    assert kubectl("get -n a pods -o name") == ""


def test_logs(cluster, kubectl):
    cluster.start_node()
    kubectl("apply -n a -f -", POD)
    kubectl("wait -n a --for=condition=Ready pod/p --timeout=100s")
    assert kubectl("logs -n a p").startswith("hello from ")


def test_a_watch_prints_changes(cluster, kubectl):
    command = [
        "kubectl",
        "--kubeconfig",
        str(cluster.kubeconfig),
        "get",
        "cm",
        "-n",
        "a",
        "-w",
        "-o",
        "name",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watching:
        seen = [watching.stdout.readline() for _ in range(2)]
        kubectl("create -n a configmap late")
        assert "configmap/late\n" in [*seen, watching.stdout.readline()]
        watching.terminate()
        watching.stdout.close()


def test_what_one_may_do(cluster, kubectl):
    assert kubectl("auth can-i create pods -n a") == "yes\n"
    listed = kubectl("auth can-i --list -n a --as=system:serviceaccount:a:default")
    assert "selfsubjectaccessreviews" in listed
    assert "Username" in kubectl("auth whoami")


def test_a_namespace_is_waited_for(kubectl):
    assert "deleted" in kubectl("delete namespace a --wait --timeout=100s")
    assert "NotFound" in kubectl("get namespace a", fails=True)


def test_what_a_deployment_needs(kubectl):
    kubectl("create -n a deployment d --image=any:1 --replicas=2")
    kubectl("scale -n a deployment d --replicas=3")
    assert len(kubectl("get -n a pods -o name").split()) == 3
    kubectl("set image -n a deployment/d any=any:2")
    kubectl("delete -n a deployment d --cascade=foreground --timeout=100s")
    assert kubectl("get -n a pods -o name") == ""


def test_a_rollout_has_a_history_and_is_undone(cluster, kubectl):
    cluster.start_node()
    kubectl("create -n a deployment d --image=any:1 -- sleep 60")
    kubectl("rollout -n a status deployment d --timeout=100s")
    kubectl("set -n a env deployment/d COLOUR=blue")
    kubectl("rollout -n a status deployment d --timeout=100s")
    history = kubectl("rollout -n a history deployment d").splitlines()
    assert [line.split()[0] for line in history[2:] if line] == ["1", "2"]
    assert "COLOUR:" in kubectl("rollout -n a history deployment d --revision=2")
    kubectl("rollout -n a undo deployment d")
    kubectl("rollout -n a status deployment d --timeout=100s")
    template = json.loads(kubectl("get -n a deployment d -o json"))["spec"]["template"]
    assert "env" not in template["spec"]["containers"][0]
    described = kubectl("describe -n a deployment d")
    assert "ScalingReplicaSet" in described
    assert "NewReplicaSet:   d-" in described
    assert "replicaset.apps/d-" in kubectl("get -n a all")


STATEFUL = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 2
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers:
      - name: c
        image: any:1
        command: [sh, -c, "hostname > $DATA/name; sleep 60"]
        env: [{name: DATA, value: /data}]
        volumeMounts: [{name: data, mountPath: /data}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
"""


def test_a_stateful_set_with_claims(cluster, kubectl):
    cluster.start_node()
    kubectl("apply -n a -f -", STATEFUL)
    assert "complete" in kubectl("rollout -n a status statefulset db --timeout=100s")
    assert kubectl("get -n a pods -o name").split() == ["pod/db-0", "pod/db-1"]
    claims = [line.split()[:2] for line in kubectl("get -n a pvc").splitlines()[1:]]
    assert claims == [["data-db-0", "Bound"], ["data-db-1", "Bound"]]
    kubectl("delete -n a statefulset db --cascade=foreground --timeout=100s")
    assert len(kubectl("get -n a pvc -o name").split()) == 2


def test_lists_are_sorted_by_a_field(kubectl):
    kubectl("create -n a configmap z")
    kubectl("create -n a configmap a")
    rows = kubectl("get -n a cm --sort-by=.metadata.name").splitlines()[1:]
    found = [row.split()[0] for row in rows]
    assert found == sorted(found)
    assert {"a", "z"} <= set(found)


def test_what_stands_behind_a_service(cluster, kubectl):
    cluster.start_node()
    kubectl("apply -n a -f -", POD)
    kubectl("expose -n a pod p --port=80 --target-port=8080")
    kubectl("wait -n a --for=condition=Ready pod/p --timeout=100s")
    address = kubectl("get -n a pod p -o jsonpath={.status.podIP}")
    assert f"{address}:8080" in kubectl("get -n a endpoints p")
    assert f"{address}:8080" in kubectl("describe -n a service p")
    assert address in kubectl("get -n a pods -o wide")


def test_a_port_that_cannot_be_forwarded_is_told_as_such(cluster, kubectl):
    cluster.start_node()
    kubectl("apply -n a -f -", POD)
    kubectl("wait -n a --for=condition=Ready pod/p --timeout=100s")
    told = kubectl("port-forward -n a pod/p 18080:8080", fails=True)
    assert "does not serve pods/portforward" in told


def test_a_mistake_is_told_as_a_real_server_tells_it(kubectl):
    assert "already exists" in kubectl("create namespace a", fails=True)
    assert 'namespaces "none" not found' in kubectl("create -n none configmap c", fails=True)
    assert "the server doesn't have a resource type" in kubectl("get nonsense", fails=True)


def test_the_token_of_an_account(cluster, kubectl):
    token = kubectl("create -n a token default").strip()
    assert cluster.request("GET", "/api/v1/namespaces/a/pods", token=token).status == 403


def test_a_command_in_a_pod(cluster, kubectl):
    cluster.start_node()
    kubectl("apply -n a -f -", POD)
    kubectl("wait -n a --for=condition=Ready pod/p --timeout=100s")
    assert kubectl("exec -n a p -- printenv GREETING") == "you\n"
