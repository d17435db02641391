"""The cluster of this machine that a rehearsal gets."""

import json
import shutil
import subprocess
import sys

import pytest

from workshop_dashboard import pocket

pytestmark = pytest.mark.programs


def test_the_attendee_has_a_project_and_no_more():
    kinds = [document["kind"] for document in pocket.make_project("mine")]
    assert kinds == ["Namespace", "ServiceAccount", "RoleBinding"]


def test_the_kubeconfig_acts_for_the_attendee():
    admin = {"clusters": [{"name": "c"}], "users": [{"name": "a", "user": {"token": "t"}}]}
    made = pocket.make_kubeconfig(admin, "mine")
    assert made["users"][0]["user"] == {"token": "t", "as": "system:serviceaccount:mine:session"}
    assert made["contexts"][0]["context"]["namespace"] == "mine"


@pytest.mark.slow
def test_a_real_cluster(tmp_path):
    if shutil.which("kubectl") is None:
        pytest.skip("needs kubectl (apt-get install kubernetes-client)")
    manifest = tmp_path / "more.yaml"
    manifest.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "given", "namespace": "mine"},
            }
        )
    )
    with pocket.serve_cluster(tmp_path, "mine", [manifest]) as kubeconfig:
        command = ["kubectl", "--kubeconfig", str(kubeconfig), "get"]
        own = subprocess.run([*command, "configmap", "given"], capture_output=True, check=False)
        assert own.returncode == 0, own.stderr
        other = subprocess.run([*command, "namespaces"], capture_output=True, check=False)
        assert b"forbidden" in other.stderr.lower()


def test_a_manifest_that_is_wrong_is_named(tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("kind: Nothing")
    with (
        pytest.raises(pocket.ClusterError, match="wrong"),
        pocket.serve_cluster(tmp_path, "m", [wrong]),
    ):
        pass


def test_a_cluster_that_does_not_start_says_why(tmp_path, monkeypatch):
    monkeypatch.setattr(pocket, "PROGRAM", (sys.executable, "-c", "raise SystemExit('no luck')"))
    with pytest.raises(pocket.ClusterError, match="no luck"), pocket.serve_cluster(tmp_path, "m"):
        pass


def test_without_the_package_it_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr(pocket, "is_installed", lambda: False)
    with (
        pytest.raises(pocket.ClusterError, match="pip install"),
        pocket.serve_cluster(tmp_path, "m"),
    ):
        pass
