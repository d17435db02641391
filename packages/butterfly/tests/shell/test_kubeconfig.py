"""The shell's login to the cluster, from the mounted account."""

import json
import pathlib
import shutil
import stat
import subprocess

import pytest

from jupyterhub_butterfly.shell import kubeconfig


@pytest.fixture
def account(tmp_path):
    folder = tmp_path / "account"
    folder.mkdir()
    (folder / "token").write_text("t0ken")
    (folder / "ca.crt").write_text("CA")
    (folder / "namespace").write_text("mine\n")
    return folder


@pytest.fixture
def environ(account):
    return {
        "SERVICE_ACCOUNT_DIR": str(account),
        "KUBERNETES_SERVICE_HOST": "10.0.0.1",
        "KUBERNETES_SERVICE_PORT": "6443",
    }


def read(path):
    return json.loads(pathlib.Path(path).read_text())


def test_it_names_the_mounted_files_and_holds_no_token(environ, account, tmp_path):
    path = kubeconfig.ensure_kubeconfig(environ, str(tmp_path))
    document = read(path)
    assert document["users"][0]["user"] == {"tokenFile": str(account / "token")}
    assert document["clusters"][0]["cluster"] == {
        "server": "https://10.0.0.1:6443",
        "certificate-authority": str(account / "ca.crt"),
    }
    assert document["contexts"][0]["context"]["namespace"] == "mine"
    assert document["current-context"] == "local"
    assert stat.S_IMODE(pathlib.Path(path).stat().st_mode) == 0o600


def test_the_project_comes_before_the_pods_namespace(environ, tmp_path):
    path = kubeconfig.ensure_kubeconfig({**environ, "PROJECT_NAMESPACE": "lab-x7"}, str(tmp_path))
    assert read(path)["contexts"][0]["context"]["namespace"] == "lab-x7"


def test_a_second_start_writes_it_again(environ, tmp_path):
    first = kubeconfig.ensure_kubeconfig(environ, str(tmp_path))
    changed = {**environ, "KUBERNETES_SERVICE_HOST": "fd00::1"}
    assert kubeconfig.ensure_kubeconfig(changed, str(tmp_path)) == first
    assert read(first)["clusters"][0]["cluster"]["server"] == "https://[fd00::1]:6443"


def test_a_home_that_cannot_be_written_is_no_obstacle(environ, tmp_path, monkeypatch):
    monkeypatch.setattr(kubeconfig.tempfile, "gettempdir", lambda: str(tmp_path))
    path = kubeconfig.ensure_kubeconfig(environ, "/proc/nowhere")
    assert pathlib.Path(path).is_relative_to(tmp_path)


@pytest.mark.parametrize(
    "change",
    [{"KUBECONFIG": "/mine"}, {"KUBERNETES_SERVICE_HOST": ""}, {"SERVICE_ACCOUNT_DIR": "/nowhere"}],
    ids=lambda change: next(iter(change)),
)
def test_without_cluster_or_account_or_with_ones_own_nothing_is_written(environ, tmp_path, change):
    assert kubeconfig.ensure_kubeconfig({**environ, **change}, str(tmp_path)) is None
    assert not (tmp_path / ".kube").exists()


def test_a_persons_own_token_comes_before_the_pods(environ, account, tmp_path, monkeypatch):
    token = tmp_path / "workshop-token"
    token.write_text("a person's")
    monkeypatch.setattr(kubeconfig, "PERSONS_TOKEN", token)
    document = read(kubeconfig.ensure_kubeconfig(environ, str(tmp_path)))
    assert document["users"][0]["user"] == {"tokenFile": str(token)}
    assert document["clusters"][0]["cluster"]["certificate-authority"] == str(account / "ca.crt")
    (account / "token").unlink()
    assert kubeconfig.ensure_kubeconfig(environ, str(tmp_path)), "the account's is not needed then"


def test_an_empty_token_of_a_person_is_none(environ, account, tmp_path, monkeypatch):
    """As templates mount it, where nobody gave OPENSHIFT_TOKEN."""
    token = tmp_path / "workshop-token"
    token.write_text("")
    monkeypatch.setattr(kubeconfig, "PERSONS_TOKEN", token)
    document = read(kubeconfig.ensure_kubeconfig(environ, str(tmp_path)))
    assert document["users"][0]["user"] == {"tokenFile": str(account / "token")}


@pytest.mark.skipif(not shutil.which("kubectl"), reason="needs kubectl (kubernetes-client)")
def test_a_token_that_is_renewed_is_used_at_once(environ, account, tmp_path, cluster):
    """A bound token lives for an hour: whoever mounts it writes a new one into the same file."""
    (account / "ca.crt").write_text(cluster.ca_file.read_text())
    host, port = cluster.url.removeprefix("https://").split(":")
    environ |= {"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": port}
    config = kubeconfig.ensure_kubeconfig(environ, str(tmp_path))
    said = []
    for name in ("old", "new"):
        cluster.apply(make_account(name))
        (account / "token").write_text(cluster.token("default", name))
        done = subprocess.run(
            ["kubectl", "--kubeconfig", config, "get", "nodes"],  # refused by name
            capture_output=True,
            text=True,
            check=False,
        )
        said.append(done.stdout + done.stderr)
    assert "default:old" in said[0]
    assert "default:new" in said[1]


def make_account(name):
    metadata = {"name": name, "namespace": "default"}
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}
