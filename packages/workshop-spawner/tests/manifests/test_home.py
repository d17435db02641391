"""Homes: the claim, the pod's volume, and the script that fills a home, run by a real shell."""

from __future__ import annotations

import subprocess

import pytest

from workshop_kube import labels
from workshop_spawner.manifests import home
from workshop_spawner.model import session_labels
from workshop_spawner.model.session import Hub, Session

HUB = Hub("intro", "learning-portal", "workshops", "system:serviceaccount:workshops:hub")
SESSION = Session(HUB, "s" * 16, "alice")
HOME = home.Home("1Gi")


@pytest.mark.parametrize(
    ("lasting", "kind"), [(True, labels.CLASS_HOME), (False, labels.CLASS_SESSION)]
)
def test_a_claim_belongs_to_the_user_or_to_the_session(lasting, kind):
    claim = home.make_claim(SESSION, HOME, lasting)
    assert claim["metadata"]["name"] == SESSION.pod
    assert claim["metadata"]["labels"]["class"] == kind
    assert (labels.SESSION in claim["metadata"]["labels"]) is not lasting
    assert claim["spec"]["resources"]["requests"]["storage"] == "1Gi"
    assert session_labels.is_ours(claim["metadata"], HUB) is not lasting, "the culler keeps homes"


def test_a_furnished_pod_fills_the_home_before_it_starts():
    main = {
        "name": "notebook",
        "image": "example.com/workshop",
        "securityContext": {"runAsNonRoot": True},
        "env": [{"name": "WORKSHOP_SYNC_VOLUME", "value": "yes"}, {"name": "SECRET"}],
    }
    pod = home.mount({"spec": {"containers": [main]}}, SESSION, HOME)
    init = pod["spec"]["initContainers"][0]
    assert init["name"] == "setup-volume"
    assert init["image"] == "example.com/workshop"
    assert init["securityContext"] == {"runAsNonRoot": True}
    assert [variable["name"] for variable in init["env"]] == ["WORKSHOP_SYNC_VOLUME"]
    mount = pod["spec"]["containers"][0]["volumeMounts"][0]
    assert mount == {"name": home.VOLUME, "mountPath": "/opt/app-root", "subPath": "workspace"}
    assert "volumeMounts" not in main


@pytest.fixture
def disks(tmp_path):
    image, volume = tmp_path / "image", tmp_path / "volume"
    (image / "src").mkdir(parents=True)
    (image / "src" / "exercise").write_text("one")
    (image / ".hidden").write_text("h")
    volume.mkdir()
    return image, volume


def fill(disks, **env):
    command = ["/bin/sh", "-c", home.SCRIPT, home.INIT, *map(str, disks)]
    subprocess.run(command, check=True, env={"PATH": "/bin:/usr/bin", **env}, timeout=120)
    return disks[1] / "workspace"


def test_the_first_time_the_image_is_copied(disks):
    made = fill(disks)
    assert (made / "src" / "exercise").read_text() == "one"
    assert (made / ".hidden").exists()
    assert [path.name for path in disks[1].iterdir()] == ["workspace"]


def test_later_what_the_user_wrote_stays(disks):
    made = fill(disks)
    (made / "src" / "exercise").write_text("mine")
    (disks[0] / "src" / "new").write_text("two")
    fill(disks)
    assert (made / "src" / "exercise").read_text() == "mine"
    assert not (made / "src" / "new").exists()


@pytest.mark.parametrize("by", ["file", "variable"])
def test_syncing_adds_what_is_missing_only(disks, by):
    made = fill(disks)
    (made / "src" / "exercise").write_text("mine")
    (disks[0] / "src" / "new").write_text("two")
    if by == "file":
        (made / ".sync-volume").touch()
    fill(disks, **({"WORKSHOP_SYNC_VOLUME": "yes"} if by == "variable" else {}))
    assert (made / "src" / "exercise").read_text() == "mine"
    assert (made / "src" / "new").read_text() == "two"


def test_a_home_can_be_started_anew(disks):
    made = fill(disks)
    (made / "mine").touch()
    (made / ".delete-volume").touch()
    fill(disks)
    assert not (made / "mine").exists()
    assert (made / "src" / "exercise").exists()
    assert [path.name for path in disks[1].iterdir()] == ["workspace"]


def test_a_copy_that_was_killed_is_made_anew(disks):
    half = disks[1] / ".setup-volume"
    half.mkdir()
    (half / "half").touch()
    made = fill(disks)
    assert not (made / "half").exists()
    assert (made / "src" / "exercise").exists()
    assert not half.exists()
