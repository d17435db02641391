PATH = "/apis/image.openshift.io/v1/namespaces/default"


def stream(name, *tags):
    return {
        "apiVersion": "image.openshift.io/v1",
        "kind": "ImageStream",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"tags": list(tags)},
    }


def tag(name, kind="DockerImage", tag="latest"):
    return {"name": tag, "from": {"kind": kind, "name": name}}


def config(name="web"):
    trigger = {
        "type": "ImageChange",
        "imageChangeParams": {
            "automatic": True,
            "containerNames": ["c"],
            "from": {"kind": "ImageStreamTag", "name": f"{name}:latest"},
        },
    }
    template = {
        "metadata": {"labels": {"app": name}},
        "spec": {"containers": [{"name": "c", "image": "unknown"}]},
    }
    return {
        "apiVersion": "apps.openshift.io/v1",
        "kind": "DeploymentConfig",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {
            "replicas": 1,
            "selector": {"app": name},
            "triggers": [trigger],
            "template": template,
        },
    }


def images(cluster):
    pods = cluster.request("GET", "/api/v1/namespaces/default/pods").body["items"]
    return [pod["spec"]["containers"][0]["image"] for pod in pods]


def test_tags_are_seen_as_objects(cluster):
    cluster.apply(stream("web", tag("quay.example/web:1"), tag("quay.example/web:2", tag="2")))
    found = cluster.request("GET", f"{PATH}/imagestreamtags/web:2").body
    assert found["image"]["dockerImageReference"] == "quay.example/web:2"
    listed = cluster.request("GET", f"{PATH}/imagestreamtags").body["items"]
    assert [one["metadata"]["name"] for one in listed] == ["web:2", "web:latest"]
    for name in ("web:3", "none:latest"):
        assert cluster.request("GET", f"{PATH}/imagestreamtags/{name}").status == 404


def test_a_config_with_an_image_trigger_waits_for_its_image(cluster):
    cluster.apply(config())
    assert images(cluster) == []
    cluster.apply(stream("web"))
    assert images(cluster) == []
    cluster.apply(stream("web", tag("quay.example/web:1")))
    assert images(cluster) == ["quay.example/web:1"]


def test_a_config_whose_image_is_there_starts_at_once(cluster):
    cluster.apply(stream("web", tag("quay.example/web:1")), config())
    assert images(cluster) == ["quay.example/web:1"]


def test_what_was_pushed_is_said_in_the_status_and_stays(cluster):
    cluster.apply(stream("web", tag("quay.example/web:1")), config(), stream("other"))
    item = {"dockerImageReference": "quay.example/web@sha256:2", "image": "sha256:2"}
    item |= {"created": "2026-11-30T07:00:00Z", "generation": 2}
    status = {"status": {"tags": [{"tag": "latest", "items": [item]}]}}
    merge = {"Content-Type": "application/merge-patch+json"}
    cluster.request("PATCH", f"{PATH}/imagestreams/web/status", status, headers=merge)
    cluster.apply(stream("other", tag("quay.example/other:1")))
    path = "/apis/apps.openshift.io/v1/namespaces/default/deploymentconfigs/web"
    spec = cluster.request("GET", path).body["spec"]
    assert spec["template"]["spec"]["containers"][0]["image"] == "quay.example/web@sha256:2"


def test_a_tag_that_moves_takes_those_along_that_follow_it(cluster):
    cluster.apply(stream("base", tag("quay.example/base:1")))
    cluster.apply(stream("web", tag("base:latest", "ImageStreamTag")), config())
    cluster.apply(stream("base", tag("quay.example/base:2")))
    found = cluster.request("GET", f"{PATH}/imagestreamtags/web:latest").body
    assert found["image"]["dockerImageReference"] == "quay.example/base:2"
    path = "/apis/apps.openshift.io/v1/namespaces/default/deploymentconfigs/web"
    spec = cluster.request("GET", path).body["spec"]
    assert spec["template"]["spec"]["containers"][0]["image"] == "quay.example/base:2"
