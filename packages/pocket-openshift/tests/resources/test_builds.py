import pytest

PATH = "/apis/build.openshift.io/v1/namespaces/default"


def config(**spec):
    spec = {
        "source": {"type": "Git", "git": {"uri": "https://git.example/x"}},
        "strategy": {"type": "Source", "sourceStrategy": {"from": {"name": "s2i"}}},
        "output": {"to": {"kind": "ImageStreamTag", "name": "web:latest"}},
        "triggers": [{"type": "ConfigChange"}],
    } | spec
    metadata = {"name": "web", "namespace": "default", "labels": {"app": "web"}}
    return {
        "apiVersion": "build.openshift.io/v1",
        "kind": "BuildConfig",
        "metadata": metadata,
        "spec": spec,
    }


def test_a_build_fails_with_an_event_that_says_why(cluster):
    cluster.apply(config())
    build = cluster.request("GET", f"{PATH}/builds/web-1").body
    assert build["status"]["phase"] == "Failed"
    assert build["metadata"]["labels"]["app"] == "web"
    events = cluster.request("GET", "/api/v1/namespaces/default/events").body["items"]
    (event,) = [one for one in events if one["involvedObject"]["kind"] == "Build"]
    assert (event["type"], event["reason"]) == ("Warning", "BuildFailed")
    assert event["message"].startswith("Build default/web-1 failed: pocket-openshift builds no")
    assert "name it in the ImageStreamTag web:latest" in event["message"]
    assert "builds no images" in cluster.request("GET", f"{PATH}/builds/web-1/log").body
    table = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
    (row,) = cluster.request("GET", f"{PATH}/builds", headers=table).body["rows"]
    assert "Failed" in row["cells"]
    assert cluster.request("GET", f"{PATH}/buildconfigs/web").body["status"]["lastVersion"] == 1


def test_a_build_is_begun_by_hand(cluster):
    cluster.apply(config(triggers=[]))
    assert cluster.request("GET", f"{PATH}/builds").body["items"] == []
    body = {"kind": "BuildRequest", "apiVersion": "build.openshift.io/v1"}
    for number in (1, 2):
        answer = cluster.request("POST", f"{PATH}/buildconfigs/web/instantiate", body)
        assert (answer.status, answer.body["metadata"]["name"]) == (201, f"web-{number}")
        assert answer.body["spec"]["triggeredBy"] == [{"message": "Manually triggered"}]
    assert len(cluster.request("GET", f"{PATH}/builds").body["items"]) == 2


def test_builds_go_with_their_config(cluster):
    cluster.apply(config())
    cluster.request("DELETE", f"{PATH}/buildconfigs/web")
    assert cluster.request("GET", f"{PATH}/builds").body["items"] == []


def test_a_quota_that_is_full_is_told_of_at_the_config(cluster):
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "q", "namespace": "default"},
        "spec": {"hard": {"count/builds.build.openshift.io": "0"}},
    }
    cluster.apply(quota, config())
    events = cluster.request("GET", "/api/v1/namespaces/default/events").body["items"]
    (event,) = [one for one in events if one["involvedObject"]["kind"] == "BuildConfig"]
    assert event["reason"] == "BuildConfigInstantiateFailed"
    assert "exceeded quota: q" in event["message"]


@pytest.mark.parametrize("strategy", [{}, None, {"dockerStrategy": {}, "sourceStrategy": {}}])
def test_a_config_without_one_strategy_is_refused(cluster, strategy):
    answer = cluster.request("POST", f"{PATH}/buildconfigs", config(strategy=strategy))
    assert answer.status == 422
    assert "exactly one of sourceStrategy" in answer.body["message"]


@pytest.mark.parametrize(
    ("path", "kind", "spec", "field"),
    [
        ("build", "BuildConfig", {"source": {"contextdir": "x"}}, "spec.source.contextdir"),
        ("image", "ImageStream", {"lookupPolicy": {"locally": True}}, "spec.lookupPolicy.locally"),
    ],
)
def test_a_misspelt_field_is_refused_where_the_caller_is_strict(cluster, path, kind, spec, field):
    api = f"{path}.openshift.io/v1"
    url = f"/apis/{api}/namespaces/default/{kind.lower()}s?fieldValidation=Strict"
    body = {"apiVersion": api, "kind": kind, "metadata": {"name": "x"}, "spec": spec}
    answer = cluster.request("POST", url, body)
    assert answer.status == 400
    assert f'unknown field "{field}"' in answer.body["message"]
