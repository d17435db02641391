"""How a folder of workshops is read."""

import pytest

from workshop_spawner.config import workshops
from workshop_spawner.rules.workshops.parsing import WorkshopsError


def test_a_mounted_config_map_is_a_folder_with_hidden_versions_beside(tmp_path):
    version = tmp_path / "..2027_03_01"
    version.mkdir()
    (version / "git.yaml").write_text("title: Git\n")
    (tmp_path / "..data").symlink_to(version)
    (tmp_path / "git.yaml").symlink_to("..data/git.yaml")
    (tmp_path / "README.md").write_text("no workshop")
    (tmp_path / ".hidden.yaml").write_text("no: workshop")
    assert list(workshops.read_workshops(str(tmp_path))) == ["git"]


def test_a_mapping_is_read_as_it_is():
    assert workshops.read_workshops({"git": {"title": "Git"}})["git"].title == "Git"


def test_what_cannot_be_read_is_told(tmp_path):
    with pytest.raises(WorkshopsError, match=r"workshops: .*none cannot be read"):
        workshops.read_workshops(str(tmp_path / "none"))
    (tmp_path / "a.yaml").write_bytes(b"title: \xff")
    with pytest.raises(WorkshopsError, match="cannot be read"):
        workshops.read_workshops(str(tmp_path))


def test_nothing_unbounded_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(workshops, "MOST_FILES", 1)
    for name in "ab":
        (tmp_path / f"{name}.yaml").write_text("title: x")
    with pytest.raises(WorkshopsError, match="more than 1 files"):
        workshops.read_workshops(str(tmp_path))
