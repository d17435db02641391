"""The lock of what the sessions install: all of it, for each Python, and held to by its hashes."""

import hashlib
import json
import re
import subprocess
import sys
import zipfile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from uv import find_uv_bin

import lock_development as locks

PYTHONS = ("3.11", "3.12", "3.13")


def read_wanted():
    """What must be pinned: the packages' own words, and those of the lists."""
    lines = [line for path in locks.find_lists() for line in path.read_text().splitlines()]
    words = (line.split("#")[0].strip() for line in lines if not line.startswith("-r "))
    return [Requirement(text) for text in [*filter(None, words), *locks.find_dependencies()]]


def read_pins(path, python):
    """Name -> version, on one Python of Linux."""
    environment = {"python_version": python, "python_full_version": f"{python}.9"}
    lines = map(Requirement, locks.without_hashes(path.read_text()).splitlines())
    chosen = [one for one in lines if not one.marker or one.marker.evaluate(environment)]
    pins = {canonicalize_name(one.name): str(one.specifier).removeprefix("==") for one in chosen}
    assert len(pins) == len(chosen), "one is pinned twice"
    return pins


@pytest.mark.parametrize("python", PYTHONS)
def test_all_that_is_wanted_is_pinned_to_a_version_that_fits(python):
    pins = read_pins(locks.LOCK, python)
    for wanted in read_wanted():
        version = pins.get(canonicalize_name(wanted.name))
        assert version is not None, f"{wanted}: python3 noxfile.py -s pins"
        assert wanted.specifier.contains(version), f"{wanted} is pinned to {version}"


@pytest.mark.parametrize("python", PYTHONS)
def test_what_sets_nox_up_is_a_part_of_the_lock(python):
    pins = read_pins(locks.START, python)
    assert set(locks.START_TOOLS) <= set(pins)
    assert pins.items() <= read_pins(locks.LOCK, python).items()


@pytest.mark.parametrize("path", [locks.LOCK, locks.START], ids=lambda path: path.name)
def test_each_pin_has_its_hashes(path):
    blocks = re.split(r"\n(?=\S)", path.read_text())[1:]
    assert len(blocks) == len(locks.without_hashes(path.read_text()).splitlines())
    assert [block for block in blocks if not re.search(r"--hash=sha256:[0-9a-f]{64}", block)] == []


def test_what_comes_from_npm_is_locked():
    folder = locks.FOLDER / "npm"
    wanted = json.loads((folder / "package.json").read_text())
    packages = json.loads((folder / "package-lock.json").read_text())["packages"]
    for kind in ("dependencies", "devDependencies"):
        assert packages[""][kind] == wanted[kind], "python3 noxfile.py -s pins"
    locked = {name: one for name, one in packages.items() if name}
    assert all(one["integrity"].startswith("sha512-") for one in locked.values())
    assert not any("resolved" in one for one in locked.values()), "whoever installs has a registry"


def make_wheel(folder):
    """A wheel with nothing in it but its name."""
    info = "small-1.0.dist-info"
    files = {
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: small\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    path = folder / "small-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
        names = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
        wheel.writestr(f"{info}/RECORD", names)
    return path


def make_editable(folder):
    """A project of ours in small: editable, so that it has no hash; its backend is in the tree."""
    backend = """
def get_requires_for_build_editable(config=None): return []
def build_editable(target, config=None, metadata=None):
    import base64, zipfile
    name = "ours-1.0-py3-none-any.whl"
    with zipfile.ZipFile(f"{target}/{name}", "w") as wheel:
        info = "ours-1.0.dist-info"
        wheel.writestr(f"{info}/METADATA",
            "Metadata-Version: 2.1\\nName: ours\\nVersion: 1.0\\nRequires-Dist: small\\n")
        wheel.writestr(f"{info}/WHEEL",
            "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return name
"""
    folder.mkdir()
    (folder / "backend.py").write_text(backend)
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        '[project]\nname = "ours"\nversion = "1.0"\ndependencies = ["small"]\n'
    )
    return folder


@pytest.mark.programs
@pytest.mark.parametrize("known", [True, False], ids=["pinned", "other"])
def test_an_archive_with_another_hash_is_not_installed(tmp_path, known):
    """As noxfile.py installs: an editable package without hashes, the lock as constraints."""
    archive = make_wheel(tmp_path)
    ours = make_editable(tmp_path / "ours")
    digest = hashlib.sha256(archive.read_bytes()).hexdigest() if known else "0" * 64
    lock = tmp_path / "lock.txt"
    lock.write_text(f"small==1.0 \\\n    --hash=sha256:{digest}\n")
    offline = ("--offline", "--no-index", "--find-links", tmp_path, "--no-config")
    target = (
        "--python",
        sys.executable,
        "--target",
        tmp_path / "into",
        "--cache-dir",
        tmp_path / "c",
    )
    command = [
        *(find_uv_bin(), "pip", "install", "-c", lock, "-e", ours),
        *offline,
        *target,
        "--no-cache",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    installed = (tmp_path / "into" / "small-1.0.dist-info").exists()
    assert installed == known == (done.returncode == 0), done.stderr
    assert known or ("Hash mismatch" in done.stderr and "small==1.0" in done.stderr)
