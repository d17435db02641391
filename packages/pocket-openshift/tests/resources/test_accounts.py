import base64
import json
import time
from datetime import datetime

import pytest

ACCOUNTS = "/api/v1/namespaces/a/serviceaccounts"


@pytest.fixture(autouse=True)
def namespace(cluster):
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}})


def who(cluster, token):
    path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
    return cluster.request("POST", path, {}, token=token).body["status"]["userInfo"]["username"]


def test_a_token_is_of_its_account(cluster):
    made = cluster.request("POST", f"{ACCOUNTS}/default/token", {"spec": {}}).body
    assert made["spec"]["expirationSeconds"] == 3600
    assert who(cluster, made["status"]["token"]) == "system:serviceaccount:a:default"


@pytest.mark.parametrize(
    ("spec", "status"),
    [
        ({"expirationSeconds": 599}, 422),
        ({"expirationSeconds": 2**33}, 422),
        ({"expirationSeconds": "long"}, 400),
        ({"boundObjectRef": {"kind": "Pod", "name": "none"}}, 404),
        ({"boundObjectRef": {"kind": "ConfigMap", "name": "kube-root-ca.crt"}}, 400),
    ],
)
def test_a_token_that_may_not_be(cluster, spec, status):
    assert cluster.request("POST", f"{ACCOUNTS}/default/token", {"spec": spec}).status == status


def test_a_token_for_a_pod_that_was_replaced(cluster):
    pod = {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i:1"}]}}
    cluster.request("POST", "/api/v1/namespaces/a/pods", pod)
    spec = {"boundObjectRef": {"kind": "Pod", "name": "p", "uid": "another"}}
    answer = cluster.request("POST", f"{ACCOUNTS}/default/token", {"spec": spec})
    assert (answer.status, answer.body["reason"]) == (409, "Conflict")


def test_a_token_secret_is_filled(cluster):
    metadata = {"name": "s", "annotations": {"kubernetes.io/service-account.name": "default"}}
    body = {"metadata": metadata, "type": "kubernetes.io/service-account-token"}
    cluster.request("POST", "/api/v1/namespaces/a/secrets", body)
    data = cluster.request("GET", "/api/v1/namespaces/a/secrets/s").body["data"]
    token = base64.b64decode(data["token"]).decode()
    assert who(cluster, token) == "system:serviceaccount:a:default"
    assert base64.b64decode(data["ca.crt"]).decode() == cluster.ca_file.read_text()


@pytest.mark.parametrize(
    ("seconds", "bound", "days"),
    [(3607, True, 365), (3606, True, 0), (3607, False, 0)],
)
def test_what_kubelets_ask_for_on_behalf_of_pods_lives_a_year(cluster, seconds, bound, days):
    pod = {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i:1"}]}}
    cluster.request("POST", "/api/v1/namespaces/a/pods", pod)
    ref = {"boundObjectRef": {"kind": "Pod", "name": "p"}} if bound else {}
    spec = {"expirationSeconds": seconds, **ref}
    before = time.time()
    made = cluster.request("POST", f"{ACCOUNTS}/default/token", {"spec": spec}).body
    payload = made["status"]["token"].split(".")[1]
    expires = json.loads(base64.urlsafe_b64decode(payload + "=="))["exp"]
    assert round((expires - before) / 86400) == days
    assert made["spec"]["expirationSeconds"] == seconds
    ends = datetime.fromisoformat(made["status"]["expirationTimestamp"]).timestamp()
    assert before - 1 <= ends - seconds <= time.time()
