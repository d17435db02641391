import pytest

import waiting

DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
PODS = "/api/v1/namespaces/default/pods"
MERGE = {"Content-Type": "application/merge-patch+json"}
STATUS = {
    "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
}


def deployment(replicas=2, image="i:1", **spec):
    labels = {"app": "d"}
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "c", "image": image}]},
    }
    spec = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template, **spec}
    return {"metadata": {"name": "d"}, "spec": spec}


def pods(cluster):
    return cluster.request("GET", f"{PODS}?labelSelector=app%3Dd").body["items"]


def make_ready(cluster):
    for pod in pods(cluster):
        cluster.request("PATCH", f"{PODS}/{pod['metadata']['name']}/status", STATUS, headers=MERGE)


def test_pods_are_made_counted_and_replaced(cluster):
    cluster.request("POST", DEPLOYMENTS, deployment())
    assert len(pods(cluster)) == 2
    make_ready(cluster)
    status = cluster.request("GET", f"{DEPLOYMENTS}/d").body["status"]
    assert (status["readyReplicas"], status["updatedReplicas"]) == (2, 2)
    lost = pods(cluster)[0]["metadata"]["name"]
    cluster.request("DELETE", f"{PODS}/{lost}")
    assert lost not in [pod["metadata"]["name"] for pod in pods(cluster)]
    assert len(pods(cluster)) == 2


def test_a_new_image_replaces_all_pods_as_they_get_ready(cluster):
    cluster.request("POST", DEPLOYMENTS, deployment())
    make_ready(cluster)
    cluster.request("PUT", f"{DEPLOYMENTS}/d", deployment(image="i:2"))
    assert len(pods(cluster)) == 4
    make_ready(cluster)
    images = {pod["spec"]["containers"][0]["image"] for pod in pods(cluster)}
    assert (images, len(pods(cluster))) == ({"i:2"}, 2)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_scaling(cluster, method):
    cluster.request("POST", DEPLOYMENTS, deployment())
    scale = cluster.request("GET", f"{DEPLOYMENTS}/d/scale").body
    assert scale["spec"]["replicas"] == 2
    scale["spec"]["replicas"] = 3
    answer = cluster.request(method, f"{DEPLOYMENTS}/d/scale", scale, headers=MERGE)
    assert answer.body["spec"]["replicas"] == 3
    assert len(pods(cluster)) == 3
    cluster.request(method, f"{DEPLOYMENTS}/d/scale", {"spec": {"replicas": 0}}, headers=MERGE)
    assert pods(cluster) == []


def test_a_patch_of_the_scale_changes_what_it_names(cluster):
    cluster.request("POST", DEPLOYMENTS, deployment())
    assert cluster.request("PATCH", f"{DEPLOYMENTS}/d/scale", {}, headers=MERGE).status == 200
    assert len(pods(cluster)) == 2
    patch = [{"op": "replace", "path": "/spec/replicas", "value": 3}]
    headers = {"Content-Type": "application/json-patch+json"}
    assert cluster.request("PATCH", f"{DEPLOYMENTS}/d/scale", patch, headers=headers).status == 200
    assert len(pods(cluster)) == 3


def test_a_stale_scale_is_a_conflict(cluster):
    cluster.request("POST", DEPLOYMENTS, deployment())
    scale = cluster.request("GET", f"{DEPLOYMENTS}/d/scale").body
    assert cluster.request("PUT", f"{DEPLOYMENTS}/d/scale", scale).status == 200
    cluster.request("PATCH", f"{DEPLOYMENTS}/d", {"spec": {"replicas": 1}}, headers=MERGE)
    scale["spec"]["replicas"] = 5
    assert cluster.request("PUT", f"{DEPLOYMENTS}/d/scale", scale).status == 409


def test_recreate_waits_until_the_old_pods_have_ended(cluster):
    body = deployment(replicas=1, strategy={"type": "Recreate"})
    cluster.request("POST", DEPLOYMENTS, body)
    make_ready(cluster)
    (old,) = pods(cluster)
    held = {"metadata": {"finalizers": ["example.com/ends-slowly"]}}
    place = f"{PODS}/{old['metadata']['name']}"
    cluster.request("PATCH", place, held, headers=MERGE)
    body["spec"]["template"]["spec"]["containers"][0]["image"] = "i:2"
    cluster.request("PUT", f"{DEPLOYMENTS}/d", body)
    (still,) = pods(cluster)
    assert still["metadata"]["deletionTimestamp"]
    assert still["spec"]["containers"][0]["image"] == "i:1"
    cluster.request("PATCH", place, {"metadata": {"finalizers": None}}, headers=MERGE)
    (new,) = pods(cluster)
    assert new["spec"]["containers"][0]["image"] == "i:2"


def test_pods_go_with_their_deployment(cluster):
    cluster.request("POST", DEPLOYMENTS, deployment())
    cluster.request("DELETE", f"{DEPLOYMENTS}/d")
    assert pods(cluster) == []


def test_a_deployment_that_cannot_be(cluster):
    body = deployment()
    body["spec"]["selector"] = {"matchLabels": {"app": "other"}}
    answer = cluster.request("POST", DEPLOYMENTS, body)
    assert answer.status == 422
    assert "does not match template" in answer.body["message"]


def test_what_a_quota_refuses_is_said_and_tried_again(cluster):
    quota = {"metadata": {"name": "q"}, "spec": {"hard": {"pods": "1"}}}
    cluster.request("POST", "/api/v1/namespaces/default/resourcequotas", quota)
    cluster.request("POST", DEPLOYMENTS, deployment())
    assert len(pods(cluster)) == 1
    conditions = cluster.request("GET", f"{DEPLOYMENTS}/d").body["status"]["conditions"]
    failure = next(c for c in conditions if c["type"] == "ReplicaFailure")
    assert "exceeded quota" in failure["message"]
    cluster.request("DELETE", "/api/v1/namespaces/default/resourcequotas/q")
    waiting.until(lambda: len(pods(cluster)) == 2)  # the controller tries again


def test_a_job_ends(cluster):
    body = {
        "metadata": {"name": "j"},
        "spec": {
            "template": {
                "spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i:1"}]}
            }
        },
    }
    jobs = "/apis/batch/v1/namespaces/default/jobs"
    cluster.request("POST", jobs, body)
    (pod,) = cluster.request("GET", f"{PODS}?labelSelector=job-name%3Dj").body["items"]
    done = {"status": {"phase": "Succeeded"}}
    cluster.request("PATCH", f"{PODS}/{pod['metadata']['name']}/status", done, headers=MERGE)
    status = cluster.request("GET", f"{jobs}/j").body["status"]
    assert status["conditions"][0]["type"] == "Complete"


def sets(cluster):
    items = cluster.request("GET", "/apis/apps/v1/namespaces/default/replicasets").body["items"]
    return {one["metadata"]["name"]: one for one in items}


def test_a_replica_set_stands_between_and_keeps_the_history(cluster):
    cluster.request("POST", DEPLOYMENTS, deployment())
    ((name, one),) = sets(cluster).items()
    assert {pod["metadata"]["ownerReferences"][0]["name"] for pod in pods(cluster)} == {name}
    assert all(pod["metadata"]["name"].startswith(f"{name}-") for pod in pods(cluster))
    cluster.request("PUT", f"{DEPLOYMENTS}/d", deployment(image="i:2"))
    make_ready(cluster)
    found = sets(cluster)
    assert sorted(one["spec"]["replicas"] for one in found.values()) == [0, 2]
    template = {"spec": {"template": one["spec"]["template"]}}
    del template["spec"]["template"]["metadata"]["labels"]["pod-template-hash"]
    cluster.request("PATCH", f"{DEPLOYMENTS}/d", template, headers=MERGE)  # as `rollout undo` does
    make_ready(cluster)
    found = sets(cluster)
    assert (len(found), found[name]["spec"]["replicas"]) == (2, 2)
    notes = cluster.request("GET", f"{DEPLOYMENTS}/d").body["metadata"]["annotations"]
    assert notes["deployment.kubernetes.io/revision"] == "3"


def test_a_replica_set_that_is_deleted_comes_back(cluster):
    cluster.request("POST", DEPLOYMENTS, deployment())
    (name,) = sets(cluster)
    before = {pod["metadata"]["name"] for pod in pods(cluster)}
    cluster.request("DELETE", f"/apis/apps/v1/namespaces/default/replicasets/{name}")
    assert list(sets(cluster)) == [name]
    after = {pod["metadata"]["name"] for pod in pods(cluster)}
    assert (len(after), before & after) == (2, set())


def test_events_tell_what_the_controllers_did_and_what_was_refused(cluster):
    quota = {"metadata": {"name": "q"}, "spec": {"hard": {"pods": "1"}}}
    cluster.request("POST", "/api/v1/namespaces/default/resourcequotas", quota)
    cluster.request("POST", DEPLOYMENTS, deployment())
    items = cluster.request("GET", "/api/v1/namespaces/default/events").body["items"]
    said = {(e["involvedObject"]["kind"], e["reason"]): e["message"] for e in items}
    assert "from 0 to 2" in said["Deployment", "ScalingReplicaSet"]
    assert said["ReplicaSet", "SuccessfulCreate"].startswith("Created pod: d-")
    assert "exceeded quota: q" in said["ReplicaSet", "FailedCreate"]
