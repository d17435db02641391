"""The build's hook that fetches the xterm client: what it takes, and why it could not."""

import importlib.util
import io
import shutil
import tarfile
from pathlib import Path

import pytest

HOOK = Path(__file__).resolve().parents[1] / "hatch_build.py"


@pytest.fixture
def hook(tmp_path, monkeypatch):
    """The hook's module, filling a folder of the test's."""
    spec = importlib.util.spec_from_file_location("hatch_build", HOOK)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "TARGET", tmp_path / "xterm")
    return module


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "xterm.tgz"
    with tarfile.open(path, "w:gz") as tar:
        member = tarfile.TarInfo("package/lib/xterm.js")
        member.size = 5
        tar.addfile(member, io.BytesIO(b"xterm"))
    return path


@pytest.mark.skipif(not shutil.which("npm"), reason="needs npm")
def test_npm_says_why_it_fetched_nothing(hook, tmp_path, monkeypatch):
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:1/")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    with pytest.raises(hook.FetchError, match=r"did not fetch @xterm/xterm@.*\n?.*ECONNREFUSED"):
        hook.pack(next(iter(hook.PACKAGES)), tmp_path)


def test_another_archive_than_the_pinned_one_is_refused(hook, archive):
    with pytest.raises(hook.FetchError, match="not the pinned one"):
        hook.check(archive, "@xterm/xterm@6.0.0", "AAAA")


def test_an_archive_without_a_file_is_named(hook, archive):
    hook.extract(archive, {"lib/xterm.js": "xterm.js"})
    assert (hook.TARGET / "xterm.js").read_text() == "xterm"
    with pytest.raises((hook.FetchError, KeyError)):
        hook.extract(archive, {"lib/none.js": "none.js"})
