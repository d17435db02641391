import base64
import ssl

import pytest
import yaml

from pocket_openshift.client import kubeconfig


def document(cluster=None, user=None, **more):
    return {
        "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u", "namespace": "ns"}}],
        "clusters": [
            {"name": "k", "cluster": {"server": "https://127.0.0.1:6443/"} | (cluster or {})}
        ],
        "users": [{"name": "u", "user": user or {}}],
    } | more


def test_a_token_and_an_authority(tmp_path):
    given = {"certificate-authority-data": base64.b64encode(b"PEM").decode()}
    found = kubeconfig.make_connection(document(given, {"token": "t"}), tmp_path)
    assert (found.server, found.ca, found.bearer()) == ("https://127.0.0.1:6443", "PEM", "t")
    assert found.namespace == "ns"
    assert "t" not in repr(found).replace("https", "").split("token")[0][-3:]
    assert "token=" not in repr(found)


def test_files_are_beside_the_kubeconfig_and_tokens_read_anew(tmp_path):
    (tmp_path / "ca").write_text("PEM")
    (tmp_path / "token").write_text("one\n")
    given = document({"certificate-authority": "ca"}, {"tokenFile": "token"})
    found = kubeconfig.make_connection(given, tmp_path)
    assert (found.ca, found.bearer()) == ("PEM", "one")
    (tmp_path / "token").write_text("two\n")
    assert found.bearer() == "two"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (document({"insecure-skip-tls-verify": True}), "certificate-authority-data instead"),
        (document(user={"exec": {"command": "x"}}), "log-in plugins are not supported"),
        (document(**{"current-context": "none"}), "no context named 'none'"),
        (document(clusters=[]), "no cluster named 'k'"),
    ],
)
def test_what_cannot_be_used_is_told(given, message, tmp_path):
    with pytest.raises(kubeconfig.KubeconfigError, match=message):
        kubeconfig.make_connection(given, tmp_path)


@pytest.mark.parametrize("text", ["{", "a: [", "clusters: 5"])
def test_a_broken_file_is_named(tmp_path, text):
    path = tmp_path / "config"
    path.write_text(text)
    with pytest.raises(kubeconfig.KubeconfigError, match=str(path)):
        kubeconfig.load(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(kubeconfig.KubeconfigError, match="nowhere"):
        kubeconfig.load(tmp_path / "nowhere")


def test_tls_is_always_verified(cluster):
    context = kubeconfig.make_ssl(kubeconfig.load(cluster.kubeconfig))
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname


def test_a_kubeconfig_of_kubectl_is_read(tmp_path):
    path = tmp_path / "config"
    path.write_text(yaml.safe_dump(document(user={"token": "t"})))
    assert kubeconfig.load(path).token == "t"
