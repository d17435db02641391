"""A session's pod as a whole."""

from __future__ import annotations

import pytest

from workshop_spawner.manifests import console, home, pods
from workshop_spawner.model.session import Hub, Session
from workshop_spawner.rules import plan, pod_manifest

HUB = Hub("intro", "learning-portal", "workshops", "system:serviceaccount:workshops:hub")
SESSION = Session(HUB, "s" * 16, "alice")
OWNER = {"kind": "ServiceAccount", "name": "intro-alice", "uid": "u-1"}
BARE = {"metadata": {"name": "x"}, "spec": {"containers": [{"name": "notebook", "image": "i"}]}}


def complete(**spec):
    return pod_manifest.complete(BARE, SESSION, plan.SessionSpec(**spec), OWNER, "/user/alice/")


@pytest.mark.parametrize(
    ("identity", "source"),
    [
        (plan.SERVICE_ACCOUNT, "serviceAccountToken"),
        (plan.USER_TOKEN, "secret"),
        (plan.NONE, None),
    ],
)
def test_a_pod_has_the_token_of_its_identity(identity, source):
    pod = complete(identity=identity)
    volumes = [v for v in pod["spec"].get("volumes", []) if v["name"] == pods.TOKEN_VOLUME]
    assert [source in v["projected"]["sources"][0] for v in volumes] == [True] * bool(source)


def test_a_home_and_a_console_are_added_where_they_are_wanted():
    bare = complete()["spec"]
    assert len(bare["containers"]) == 1
    assert not bare.get("initContainers")
    spec = complete(
        home_volume=home.Home("1Gi"), web_console=console.Console("example.com/console")
    )["spec"]
    assert len(spec["containers"]) == 2
    assert len(spec["initContainers"]) == 1
    for container in spec["containers"]:
        mounts = {mount["name"] for mount in container["volumeMounts"]}
        assert pods.TOKEN_VOLUME in mounts
