"""Names of images: taken apart, found in ImageStreams, and pulled again where their tag moves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_spawner.rules import images

DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("app", ("app", "", "")),
        ("app:1.2", ("app", "1.2", "")),
        ("example.com/team/app", ("example.com/team/app", "", "")),
        ("localhost:5000/app", ("localhost:5000/app", "", "")),
        ("localhost:5000/app:dev", ("localhost:5000/app", "dev", "")),
        (f"example.com/app:1@{DIGEST}", ("example.com/app", "1", DIGEST)),
        (f"example.com/app@{DIGEST}", ("example.com/app", "", DIGEST)),
    ],
)
def test_a_name_is_taken_apart(image, name):
    assert images.parse_name(image) == name


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("example.com/team/app", "Always"),
        ("example.com/team/app:latest", "Always"),
        ("example.com/team/app:main", "Always"),
        ("example.com/team/app:master", "Always"),
        ("app:develop", "Always"),
        ("example.com/team/app:1.2", "IfNotPresent"),
        ("example.com/team/app:main-3", "IfNotPresent"),
        ("localhost:5000/app:7", "IfNotPresent"),
        ("localhost:5000/app", "Always"),
        (f"example.com/team/app:latest@{DIGEST}", "IfNotPresent"),
    ],
)
def test_only_what_moves_is_pulled_anew(image, policy):
    assert images.choose_pull_policy(image) == policy


@pytest.mark.parametrize(
    ("image", "stream"),
    [
        ("app:1.2", ("app", "1.2")),
        ("app", ("app", "latest")),
        ("team/app:1.2", None),
        ("example.com/team/app", None),
        (f"app@{DIGEST}", None),
        ("App:1", None),
        ("", None),
    ],
)
def test_only_a_bare_name_may_be_a_streams(image, stream):
    assert images.parse_stream(image) == stream


REPOSITORY = "image-registry.openshift-image-registry.svc:5000/workshops/app"
IMPORTED = {"dockerImageReference": f"example.com/team/app@{DIGEST}", "image": DIGEST}


def make_stream(*, local=False, repository=REPOSITORY, items=(IMPORTED,)):
    policy = {"type": "Local" if local else "Source"}
    return {
        "spec": {"tags": [{"name": "1.2", "referencePolicy": policy}]},
        "status": {
            "dockerImageRepository": repository,
            "tags": [{"tag": "old", "items": [{"image": "x"}]}, {"tag": "1.2", "items": [*items]}],
        },
    }


@pytest.mark.parametrize(
    ("stream", "image"),
    [
        (make_stream(), f"example.com/team/app@{DIGEST}"),
        (
            make_stream(items=(IMPORTED, {"image": "older"})),
            f"example.com/team/app@{DIGEST}",
        ),
        (make_stream(local=True), f"{REPOSITORY}@{DIGEST}"),
        (make_stream(local=True, repository=""), f"example.com/team/app@{DIGEST}"),
        (make_stream(items=()), f"{REPOSITORY}:1.2"),
        (make_stream(items=(), repository=""), ""),
        ({}, ""),
    ],
)
def test_a_tag_stands_for_what_came_last(stream, image):
    assert images.choose_image(stream, "1.2") == image


def test_a_pod_is_settled():
    pod = {
        "spec": {
            "containers": [
                {"name": "notebook", "image": "app:latest"},
                {
                    "name": "side",
                    "image": "example.com/side:main",
                    "imagePullPolicy": "Never",
                },
            ],
            "initContainers": [
                {"name": "setup", "image": "example.com/setup:develop"},
                {"name": "x"},
            ],
        }
    }
    assert images.list_images(pod) == {
        "app:latest",
        "example.com/side:main",
        "example.com/setup:develop",
    }
    settled = images.pin(pod, {"app:latest": f"example.com/team/app@{DIGEST}"})["spec"]
    assert [(c["image"], c["imagePullPolicy"]) for c in settled["containers"]] == [
        (f"example.com/team/app@{DIGEST}", "IfNotPresent"),
        ("example.com/side:main", "Never"),
    ]
    assert settled["initContainers"][0]["imagePullPolicy"] == "Always"
    assert "imagePullPolicy" not in pod["spec"]["containers"][0], "what was given stays as it is"


@given(st.text("ab:/@.-1", max_size=12))
def test_any_text_has_a_policy_and_keeps_its_parts(image):
    name = images.parse_name(image)
    assert images.choose_pull_policy(image) in ("Always", "IfNotPresent")
    assert "/" not in name.tag
    assert len(name.repository) + len(name.tag) + len(name.digest) <= len(image)
