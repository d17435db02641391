import pytest

PODS = "/api/v1/namespaces/a/pods"
MERGE = {"Content-Type": "application/merge-patch+json"}


@pytest.fixture(autouse=True)
def namespace(cluster):
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}})


def pod(name="p", **spec):
    containers = spec.pop("containers", [{"name": "c", "image": "i:1"}])
    return {"metadata": {"name": name}, "spec": {"containers": containers, **spec}}


def volumes(made):
    return [volume["name"] for volume in made["spec"].get("volumes", [])]


@pytest.mark.parametrize(
    ("account", "wanted", "mounted"),
    [(None, None, True), (None, False, False), (False, None, False), (False, True, True)],
)
def test_the_token_is_mounted_where_pod_or_account_wants_it(cluster, account, wanted, mounted):
    if account is not None:
        patch = {"automountServiceAccountToken": account}
        cluster.request(
            "PATCH", "/api/v1/namespaces/a/serviceaccounts/default", patch, headers=MERGE
        )
    spec = {} if wanted is None else {"automountServiceAccountToken": wanted}
    made = cluster.request("POST", PODS, pod(**spec)).body
    assert bool(volumes(made)) is mounted


def test_image_pull_secrets_come_from_the_account(cluster):
    patch = {"imagePullSecrets": [{"name": "s"}]}
    cluster.request("PATCH", "/api/v1/namespaces/a/serviceaccounts/default", patch, headers=MERGE)
    assert cluster.request("POST", PODS, pod()).body["spec"]["imagePullSecrets"] == [{"name": "s"}]


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"containers": []}, "spec.containers"),
        ({"containers": [{"image": "i:1"}]}, "spec.containers[0].name"),
        ({"containers": [{"name": "c"}]}, "spec.containers[0].image"),
        (
            {
                "containers": [
                    {"name": "c", "image": "i", "volumeMounts": [{"name": "v", "mountPath": "/v"}]}
                ]
            },
            "spec.containers[0].volumeMounts[0].name",
        ),
        ({"restartPolicy": "Sometimes"}, "spec.restartPolicy"),
    ],
)
def test_a_pod_that_cannot_be(cluster, spec, field):
    answer = cluster.request("POST", PODS, pod(**spec))
    assert answer.status == 422
    assert field in [cause["field"] for cause in answer.body["details"]["causes"]]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"spec": {"activeDeadlineSeconds": 5}}, 200),
        ({"metadata": {"labels": {"a": "b"}}}, 200),
        ({"spec": {"hostname": "h"}}, 422),
        ({"spec": {"nodeName": "n"}}, 422),
    ],
)
def test_little_of_a_pod_may_change(cluster, change, status):
    cluster.request("POST", PODS, pod())
    assert cluster.request("PATCH", f"{PODS}/p", change, headers=MERGE).status == status


def test_an_image_may_change(cluster):
    cluster.request("POST", PODS, pod())
    patch = [{"op": "replace", "path": "/spec/containers/0/image", "value": "i:2"}]
    headers = {"Content-Type": "application/json-patch+json"}
    changed = cluster.request("PATCH", f"{PODS}/p", patch, headers=headers)
    assert changed.status == 200
    assert changed.body["metadata"]["generation"] == 2


def test_a_pod_is_bound_once(cluster):
    cluster.request("POST", PODS, pod())
    target = {"target": {"kind": "Node", "name": "n"}}
    assert cluster.request("POST", f"{PODS}/p/binding", target).status == 201
    bound = cluster.request("GET", f"{PODS}/p").body
    assert bound["spec"]["nodeName"] == "n"
    assert bound["status"]["conditions"][0]["type"] == "PodScheduled"
    again = cluster.request("POST", f"{PODS}/p/binding", target)
    assert (again.status, "already assigned" in again.body["message"]) == (409, True)
    assert cluster.request("POST", f"{PODS}/p/binding", {"target": {}}).status == 422


def test_an_eviction_is_a_delete(cluster):
    cluster.request("POST", PODS, pod())
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "p"}}
    assert cluster.request("POST", f"{PODS}/p/eviction", body).status == 201
    assert cluster.request("GET", f"{PODS}/p").status == 404


def test_the_second_way_to_say_the_address(cluster):
    cluster.request("POST", PODS, pod())
    patch = {"status": {"podIP": "127.1.1.1"}}
    changed = cluster.request("PATCH", f"{PODS}/p/status", patch, headers=MERGE).body
    assert changed["status"]["podIPs"] == [{"ip": "127.1.1.1"}]


CLASSES = "/apis/scheduling.k8s.io/v1/priorityclasses"


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"priorityClassName": "none"}, "no PriorityClass with name none was found"),
        (
            {"priorityClassName": "high", "priority": 5},
            "the integer value of priority (5) must not be provided in pod spec; priority "
            "admission "
            "controller computed 1000 from the given PriorityClass name",
        ),
    ],
)
def test_a_priority_is_its_class_s(cluster, spec, said):
    body = {"metadata": {"name": "high"}, "value": 1000, "preemptionPolicy": "Never"}
    assert cluster.request("POST", CLASSES, body).status == 201
    container = {"name": "c", "image": "i:1"}
    path = "/api/v1/namespaces/default/pods"
    pod = {"metadata": {"name": "p"}, "spec": {"containers": [container], **spec}}
    answer = cluster.request("POST", path, pod)
    assert answer.status == 403
    assert answer.body["message"] == f'pods "p" is forbidden: {said}'
    pod["spec"] = {"containers": [container], "priorityClassName": "high"}
    made = cluster.request("POST", path, pod).body["spec"]
    assert (made["priority"], made["preemptionPolicy"]) == (1000, "Never")
