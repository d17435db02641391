import os

import pytest

from pocket_openshift.node import mounts
from pocket_openshift.node.rules import volumes


def mode_of(path):
    return path.stat().st_mode & 0o777


def test_a_pods_folder_is_its_owners_alone(tmp_path):
    folder = mounts.PodFolder(tmp_path / "pods" / "uid")
    folder.make()
    folder.make()
    assert mode_of(folder.root) == 0o700
    assert folder.home.is_dir()
    folder.remove()
    folder.remove()
    assert not folder.root.exists()


def test_removing_leaves_what_a_link_points_to(tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("x")
    folder = mounts.PodFolder(tmp_path / "uid")
    folder.make()
    (folder.home / "link").symlink_to(kept)
    folder.remove()
    assert (kept / "file").read_text() == "x"


def test_a_volume_becomes_exactly_its_files(tmp_path):
    folder = tmp_path / "v"
    mounts.ensure_files(folder, [volumes.File("a", b"1"), volumes.File("x/b", b"2", 0o600)])
    assert (folder / "x/b").read_bytes() == b"2"
    assert mode_of(folder / "x/b") == 0o600
    mounts.ensure_files(folder, [volumes.File("a", b"new")])
    found = [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]
    assert found == ["a"]
    assert (folder / "a").read_bytes() == b"new"


def test_what_has_not_changed_is_not_written(tmp_path):
    mounts.ensure_files(tmp_path / "v", [volumes.File("a", b"1")])
    before = (tmp_path / "v" / "a").stat().st_ino
    mounts.ensure_files(tmp_path / "v", [volumes.File("a", b"1")])
    assert (tmp_path / "v" / "a").stat().st_ino == before


def test_a_reader_keeps_the_old_file(tmp_path):
    mounts.ensure_files(tmp_path, [volumes.File("a", b"old")])
    with (tmp_path / "a").open() as stream:
        mounts.ensure_files(tmp_path, [volumes.File("a", b"newer")])
        assert stream.read() == "old"


def test_a_failed_write_leaves_nothing_half_done(tmp_path, monkeypatch):
    def fail(*_):
        raise OSError("no space left")

    monkeypatch.setattr(os, "fchmod", fail)
    with pytest.raises(OSError, match="no space"):
        mounts.ensure_files(tmp_path, [volumes.File("a", b"1")])
    assert list(tmp_path.iterdir()) == []


def test_a_claims_folder_is_one_a_uid(tmp_path):
    one = mounts.ensure_claim(tmp_path, "ns", "data", "1")
    assert one == mounts.ensure_claim(tmp_path, "ns", "data", "1")
    assert one != mounts.ensure_claim(tmp_path, "ns", "data", "2")
    assert mode_of(one) == 0o700


def test_the_tail_of_a_file(tmp_path):
    (tmp_path / "f").write_text("0123456789")
    assert mounts.read_tail(tmp_path / "f", 3) == "789"
    assert mounts.read_tail(tmp_path / "none") == ""
