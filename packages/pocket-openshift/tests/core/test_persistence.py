import sqlite3
import stat

import pytest

from pocket_openshift.core import persistence, store
from pocket_openshift.vocabulary import kinds

MAP = kinds.named("configmaps")


def kept(folder):
    state_file, objects = persistence.StateFile(folder), store.Store()
    state_file.load(objects)
    objects.journal = state_file.changed
    return state_file, objects


def config_map(name):
    return {"metadata": {"name": name, "namespace": "a"}, "data": {"k": name}}


def test_what_was_committed_is_there_after_a_restart(tmp_path):
    state_file, objects = kept(tmp_path)
    objects.create(MAP, config_map("stays"))
    made = objects.create(MAP, config_map("changes"))
    objects.update(MAP, {**made, "data": {"k": "new"}})
    objects.create(MAP, config_map("goes"))
    objects.remove(MAP, "a", "goes")
    state_file.close()
    again, loaded = kept(tmp_path)
    assert loaded.select("configmaps") == objects.select("configmaps")
    assert loaded.version == objects.version
    again.close()


def test_what_a_killed_process_had_answered_is_there(tmp_path):
    """Not closed: as after SIGKILL, the files are all there is."""
    state_file, objects = kept(tmp_path)
    objects.create(MAP, config_map("stays"))
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in tmp_path.glob("objects.sqlite*"):
        (copy / path.name).write_bytes(path.read_bytes())
    again, loaded = kept(copy)
    assert [o["metadata"]["name"] for o in loaded.select("configmaps")] == ["stays"]
    again.close()
    state_file.close()


def test_a_second_process_is_told_at_once(tmp_path):
    state_file, objects = kept(tmp_path)
    objects.create(MAP, config_map("a"))
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        persistence.StateFile(tmp_path)
    state_file.close()


def test_a_secret_is_made_once_and_for_its_owner_only(tmp_path):
    state_file = persistence.StateFile(tmp_path)
    assert state_file.secret("key", b"first") == b"first"
    assert state_file.secret("key", b"second") == b"first"
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    state_file.close()


def test_the_objects_are_for_their_owner_only(tmp_path):
    state_file, objects = kept(tmp_path)
    objects.create(MAP, config_map("a"))
    for path in tmp_path.glob("objects.sqlite*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name
    state_file.close()


def test_a_full_disk_refuses_one_change_and_not_the_next(tmp_path):
    state_file, objects = kept(tmp_path)
    objects.create(MAP, config_map("first"))
    pages = state_file._database.execute("PRAGMA page_count").fetchone()[0]
    state_file._database.execute(f"PRAGMA max_page_count = {pages}")
    large = {**config_map("large"), "data": {"k": "x" * 100_000}}
    with pytest.raises(sqlite3.OperationalError, match="full"):
        objects.create(MAP, large)
    assert objects.find("configmaps", "a", "large") is None
    objects.create(MAP, config_map("small"))
    state_file.close()
    again, loaded = kept(tmp_path)
    assert [o["metadata"]["name"] for o in loaded.select("configmaps")] == ["first", "small"]
    again.close()
