import base64
import stat

import yaml

from pocket_openshift import kubeconfigs


def test_the_ca_is_inside(tmp_path):
    config = kubeconfigs.make_kubeconfig("https://127.0.0.1:1", "PEM", "secret", "ns")
    path = kubeconfigs.write(tmp_path / "deep" / "config", config)
    read = yaml.safe_load(path.read_text())
    cluster = read["clusters"][0]["cluster"]
    assert base64.b64decode(cluster["certificate-authority-data"]) == b"PEM"
    assert read["users"][0]["user"] == {"token": "secret"}
    assert read["contexts"][0]["context"]["namespace"] == "ns"
    assert read["current-context"] == read["contexts"][0]["name"]


def test_the_file_is_for_its_owner_only_and_replaced_whole(tmp_path):
    path = tmp_path / "config"
    kubeconfigs.write(path, {"a": 1})
    kubeconfigs.write(path, {"a": 2})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert yaml.safe_load(path.read_text()) == {"a": 2}
    assert [item.name for item in tmp_path.iterdir()] == ["config"]
