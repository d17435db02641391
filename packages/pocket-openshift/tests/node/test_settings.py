import sys
from pathlib import Path

from pocket_openshift.node import settings


def test_the_basics_are_few_and_name_the_server():
    environ = {"PATH": "/bin", "SECRET": "x", "TZ": "UTC", "HOME": "/root"}
    basics = settings.make_basics("https://127.0.0.1:6443", environ)
    assert basics == {
        "PATH": f"{Path(sys.executable).parent}:/bin",
        **{"LANG": "C.UTF-8", "TZ": "UTC", "KUBERNETES_SERVICE_HOST": "127.0.0.1"},
        **{"KUBERNETES_SERVICE_PORT": "6443", "KUBERNETES_SERVICE_PORT_HTTPS": "6443"},
    }


def test_a_server_without_a_port_has_its_schemes():
    assert settings.make_basics("https://api.example", {})["KUBERNETES_SERVICE_PORT"] == "443"


def test_two_folders_make_two_names(tmp_path):
    one, two = (settings.make_node_name(tmp_path / name) for name in "ab")
    assert one != two
    assert one == settings.make_node_name(tmp_path / "a")
    assert one.startswith("pocket-")
