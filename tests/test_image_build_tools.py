"""The tools that build the images: what they find on a machine, and say where it lacks."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import build_images
import image_engine
import image_sboms

ROOT = Path(__file__).resolve().parents[1]
DEB822 = "Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm\n"


@pytest.mark.parametrize(
    ("sources", "mirror"),
    [
        ("deb http://mirror.example/debian trixie main\n", "http://mirror.example/debian"),
        ("deb [signed-by=/k] http://m.example/debian/ trixie main", "http://m.example/debian"),
        (DEB822, "http://mirror.example/debian"),
        ("URIs: http://mirror.example/debian-security\n" + DEB822, "http://mirror.example/debian"),
        ("deb https://other.example/apt stable main\n", ""),
        ("", ""),
    ],
)
def test_the_machines_own_mirror_is_used(sources, mirror):
    assert build_images.find_mirror(sources) == mirror


def test_sources_are_read_wherever_apt_has_them(tmp_path):
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d" / "debian.sources").write_text(DEB822)
    assert build_images.find_mirror(build_images.read_sources(tmp_path))
    (tmp_path / "sources.list").write_text("deb http://first.example/debian trixie main\n")
    found = build_images.find_mirror(build_images.read_sources(tmp_path))
    assert found == "http://first.example/debian"
    assert build_images.read_sources(tmp_path / "none") == ""


def test_missing_programs_are_named_with_their_packages(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(image_engine.MissingProgramsError) as error:
        image_engine.Engine(tmp_path).prepare()
    said = str(error.value)
    assert "podman, conmon, runc, mmdebstrap" in said
    assert "apt-get install" in said


def test_two_checkouts_have_two_engines(tmp_path):
    one, other = (image_engine.Engine(tmp_path / name) for name in ("one", "other"))
    assert one.short != other.short
    assert len(str(one.short)) < 30, "the address of a socket has room for 108 bytes"
    assert one.environment()["CONTAINERS_STORAGE_CONF"] == str(tmp_path / "one/storage.conf")


@pytest.mark.parametrize("name", image_engine.CERTIFICATES)
def test_the_machines_certificates_are_found(tmp_path, name):
    bundle = tmp_path / "ca.crt"
    bundle.write_text("")
    assert image_engine.find_certificates({name: str(bundle)}) == bundle
    found = image_engine.find_certificates({name: str(tmp_path / "none")})
    assert found in (None, Path(image_engine.SYSTEM_CERTIFICATES))


def test_a_machine_without_rights_is_told_apart_from_one_without_programs(monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    assert image_engine.problem_with_machine() == "containers without a daemon need root here"


def test_an_unknown_image_is_named(tmp_path):
    command = [sys.executable, str(ROOT / "tools/build_images.py"), str(tmp_path), "termnal"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert "no image is called termnal; there are hub, terminal" in done.stderr


def test_every_image_has_its_place_in_the_order():
    found = {path.parent.name for path in ROOT.glob("images/*/Dockerfile")}
    assert found == {*build_images.DOCKERFILES} - {"node"}
    order = [*build_images.DOCKERFILES]
    for name, path in build_images.DOCKERFILES.items():
        text = (ROOT / path).read_text()
        for lower in ("TERMINAL", "DASHBOARD"):
            if f"FROM ${{{lower}}}" in text:
                assert order.index(lower.lower()) < order.index(name)


def test_licences_are_those_that_packages_declare(tmp_path):
    words = {
        "one": "License-Expression: MIT\n",
        "two": "License: GPL-3.0\nClassifier: License :: OSI Approved :: GPL\n",
        "three": "License: Apache-2.0\n",
        "four": "",
    }
    for name, text in words.items():
        folder = tmp_path / "opt/workshop/venv/lib" / f"{name}-1.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(
            f"Metadata-Version: 2.4\nName: {name}\nVersion: 1\n{text}\n"
        )
    found = {one["name"]: one["licence"] for one in image_sboms.list_python(tmp_path)}
    assert found == {"one": "MIT", "two": "GPL", "three": "Apache-2.0", "four": "not declared"}
    bill = {"components": [{"name": "One"}, {"name": "other"}]}
    licensed = image_sboms.add_licences(bill, image_sboms.list_python(tmp_path))["components"]
    assert licensed[0]["licenses"] == [{"license": {"name": "MIT"}}]
    assert "licenses" not in licensed[1]


@pytest.mark.image
def test_a_command_has_a_network_of_its_own():
    code = (
        "import json, socket; s = socket.create_server(('127.0.0.1', 0));"
        "c = socket.create_connection(s.getsockname());"
        "print(json.dumps([n for _, n in socket.if_nameindex()]))"
    )
    command = [sys.executable, str(ROOT / "tools/own_network.py"), sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert json.loads(done.stdout) == ["lo"], done.stderr
