import pytest

PODS = "/api/v1/namespaces/default/pods"


def limit_range(**item):
    where = {"name": "limits", "namespace": "default"}
    limits = [{"type": "Container", **item}]
    return {"apiVersion": "v1", "kind": "LimitRange", "metadata": where, "spec": {"limits": limits}}


def pod(name="p", **resources):
    container = {"name": "c", "image": "i", "resources": resources}
    where = {"name": name, "namespace": "default"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": where,
        "spec": {"containers": [container]},
    }


def resources(answer):
    assert answer.status == 201, answer.body
    return answer.body["spec"]["containers"][0]["resources"]


def test_a_container_gets_what_it_does_not_ask_for(cluster):
    cluster.apply(limit_range(default={"memory": "1Gi"}, defaultRequest={"memory": "256Mi"}))
    made = cluster.request("POST", PODS, pod())
    assert resources(made) == {"limits": {"memory": "1Gi"}, "requests": {"memory": "256Mi"}}
    assert made.body["status"]["qosClass"] == "Burstable"


def test_what_it_asks_for_stays(cluster):
    cluster.apply(limit_range(default={"memory": "1Gi"}, defaultRequest={"memory": "256Mi"}))
    asked = {"limits": {"memory": "2Gi"}, "requests": {"memory": "2Gi"}}
    assert resources(cluster.request("POST", PODS, pod(**asked))) == asked


def test_a_default_is_the_request_too_where_none_is_said(cluster):
    (made,) = cluster.apply(limit_range(default={"cpu": "1"}))
    assert made["spec"]["limits"][0]["defaultRequest"] == {"cpu": "1"}


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"limits": {"memory": "3Gi"}}, "maximum memory usage per Container is 2Gi"),
        ({"requests": {"memory": "1Mi"}, "limits": {"memory": "1Gi"}}, "minimum memory usage"),
    ],
)
def test_what_is_out_of_bounds_is_refused(cluster, asked, says):
    cluster.apply(limit_range(max={"memory": "2Gi"}, min={"memory": "4Mi"}))
    answer = cluster.request("POST", PODS, pod(**asked))
    assert (answer.status, answer.body["reason"]) == (403, "Forbidden")
    assert says in answer.body["message"]


def test_other_namespaces_are_not_limited(cluster):
    cluster.apply(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "other"}},
        limit_range(max={"memory": "1Mi"}),
    )
    made = pod(limits={"memory": "1Gi"})
    made["metadata"]["namespace"] = "other"
    assert cluster.request("POST", PODS.replace("default", "other"), made).status == 201
