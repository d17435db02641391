import json

import pytest

from pocket_openshift.resources.rules import image_stream_rules as rules

NOW = "2026-11-30T07:00:00Z"


def stream(*tags, status=None, **spec):
    metadata = {"name": "web", "namespace": "ws", "uid": "u"}
    return {"metadata": metadata, "spec": {"tags": list(tags)} | spec, "status": status or {}}


def nothing(*_):
    return None


def image(name, tag="latest"):
    return {"name": tag, "from": {"kind": "DockerImage", "name": name}}


def test_a_tag_of_an_image_stands_for_it():
    status = rules.make_status(stream(image("quay.example/a:1")), None, nothing, NOW)
    assert status["dockerImageRepository"] == ""
    (item,) = status["tags"][0]["items"]
    assert (item["dockerImageReference"], item["created"]) == ("quay.example/a:1", NOW)
    assert item["image"].startswith("sha256:")


def test_a_tag_that_stays_is_left_alone_and_one_that_moves_keeps_its_past():
    first = rules.make_status(stream(image("a:1")), None, nothing, NOW)
    same = stream(image("a:1"), status=first)
    assert rules.make_status(same, same, nothing, "later") == first
    moved = rules.make_status(stream(image("a:2"), status=first), same, nothing, "later")
    references = [item["dockerImageReference"] for item in moved["tags"][0]["items"]]
    assert references == ["a:2", "a:1"]


def test_what_was_pushed_stays():
    pushed = rules.make_status(stream(image("a@sha256:2")), None, nothing, NOW)
    found = stream(image("a:1"), status=pushed)
    assert rules.make_status(found, found, nothing, "later")["tags"] == pushed["tags"]


@pytest.mark.parametrize(
    ("source", "asked"),
    [
        ({"name": "base:3"}, ("ws", "base", "3")),
        ({"name": "base:3", "namespace": "openshift"}, ("openshift", "base", "3")),
        ({"name": "3"}, ("ws", "web", "3")),
    ],
)
def test_a_tag_may_follow_another(source, asked):
    seen = []

    def resolve(*where):
        seen.append(where)
        return "a@sha256:1"

    tag = {"name": "latest", "from": {"kind": "ImageStreamTag"} | source}
    status = rules.make_status(stream(tag), None, resolve, NOW)
    assert seen == [asked]
    assert status["tags"][0]["items"][0]["image"] == "sha256:1"


def test_a_whole_repository_is_its_latest():
    status = rules.make_status(stream(dockerImageRepository="quay.example/a"), None, nothing, NOW)
    assert status["tags"][0]["items"][0]["dockerImageReference"] == "quay.example/a:latest"


def workload(automatic=True, annotations=None):
    trigger = {
        "type": "ImageChange",
        "imageChangeParams": {
            "automatic": automatic,
            "containerNames": ["c"],
            "from": {"kind": "ImageStreamTag", "name": "web:latest"},
        },
    }
    pod = {"containers": [{"name": "c", "image": " "}, {"name": "d", "image": "d"}]}
    return {
        "metadata": {"name": "w", "namespace": "ws", "annotations": annotations},
        "spec": {"triggers": [{"type": "ConfigChange"}, trigger], "template": {"spec": pod}},
    }


def images(made):
    return [one["image"] for one in made["spec"]["template"]["spec"]["containers"]]


def test_a_trigger_writes_the_image_into_its_containers():
    made = rules.set_images(workload(), lambda *where: "/".join(where))
    assert images(made) == ["ws/web/latest", "d"]
    assert not rules.has_missing_image(made)
    assert images(rules.set_images(workload(automatic=False), lambda *_: "x")) == [" ", "d"]


def test_without_an_image_it_waits():
    made = rules.set_images(workload(), nothing)
    assert made == workload()
    assert rules.has_missing_image(made)


def test_an_annotation_is_a_trigger_too():
    said = [
        {
            "from": {"kind": "ImageStreamTag", "name": "web:2"},
            "fieldPath": 'spec.template.spec.containers[?(@.name=="d")].image',
        }
    ]
    notes = {rules.TRIGGERS: json.dumps(said)}
    made = rules.set_images(workload(False, notes), lambda *where: "/".join(where))
    assert images(made) == [" ", "ws/web/2"]


@pytest.mark.parametrize("text", ["no json", "[1]", "{}", '[{"from": {}}]', "null"])
def test_an_annotation_that_is_none_is_passed_over(text):
    made = workload(False, {rules.TRIGGERS: text})
    assert rules.set_images(made, nothing) == made
