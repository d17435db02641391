"""The dashboard's settings, and what they say when they are wrong."""

import pytest
import traitlets
from traitlets.config import Config

from workshop_dashboard import config


def make(**values):
    return config.Dashboard(config=Config(Dashboard=values))


def put_page(folder, name="index.md"):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("# Boats")


def test_the_environment_gives_the_defaults(monkeypatch, tmp_path):
    put_page(tmp_path / "w")
    put_page(tmp_path / "older")
    monkeypatch.setenv("WORKSHOP_FOLDER", str(tmp_path / "w"))
    monkeypatch.setenv("WORKSHOP_FILE", "short.yaml")
    monkeypatch.setenv("TERMINAL_TAB", "split")
    monkeypatch.setenv("WORKSHOP_DIR", str(tmp_path / "older"))
    settings = make()
    assert (settings.notes_dir, settings.workshop_file) == (str(tmp_path / "w"), "short.yaml")
    assert (settings.layout, settings.notes_share) == ("split", 40)


@pytest.mark.parametrize(
    ("only", "layout"), [("true", "none"), ("1", "none"), ("false", "split"), ("", "split")]
)
def test_notes_alone(monkeypatch, only, layout):
    monkeypatch.setenv("TERMINAL_TAB", "split")
    monkeypatch.setenv("WORKSHOP_ONLY", only)
    assert make().layout == layout


def test_the_older_name_of_the_folder(monkeypatch, tmp_path):
    put_page(tmp_path / "content")
    monkeypatch.delenv("WORKSHOP_FOLDER", raising=False)
    monkeypatch.setenv("WORKSHOP_DIR", str(tmp_path))
    assert make().notes_dir == str(tmp_path)


def test_notes_are_looked_for_at_home(monkeypatch, tmp_path):
    monkeypatch.delenv("WORKSHOP_FOLDER", raising=False)
    monkeypatch.delenv("WORKSHOP_DIR", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert make().notes_dir == ""
    (tmp_path / "workshop").mkdir()
    assert make().notes_dir == ""  # a folder without a page holds no notes
    put_page(tmp_path / "workshop" / "content")
    assert make().notes_dir == str(tmp_path / "workshop")


def test_files_of_the_server_itself_are_no_notes(monkeypatch, tmp_path):
    monkeypatch.setattr(config, "PLATFORM", tmp_path)
    put_page(tmp_path / "share" / "licences")
    assert not config.has_notes(tmp_path)
    assert config.has_notes(tmp_path / "share"), "any other folder may lie as it likes"
    put_page(tmp_path / "content")
    assert config.has_notes(tmp_path)


@pytest.mark.parametrize("page", ["index.md", "intro.adoc", "deep/er/page.MD"])
def test_a_variable_that_the_image_sets_does_not_end_the_search(monkeypatch, tmp_path, page):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / ".gitkeep").touch()
    path = tmp_path / "home" / "workshop" / "content" / page
    put_page(path.parent, path.name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("WORKSHOP_FOLDER", str(tmp_path / "empty"))
    assert make().notes_dir == str(tmp_path / "home" / "workshop")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("layout", "sideways", "Dashboard.layout must be one of default, split"),
        ("workshop_file", "../x.yaml", "Dashboard.workshop_file must be a file below notes_dir"),
        ("workshop_file", "/etc/x.yaml", "Dashboard.workshop_file must be a file below"),
        ("notes_share", 5, "notes_share"),
        ("variables", {"a": 1}, "variables"),
        ("tabs", {"App": "ftp://x"}, "Dashboard.tabs: the tab 'App' must lead to a port"),
    ],
)
def test_a_wrong_value_is_named(name, value, words):
    with pytest.raises(traitlets.TraitError, match=words):
        make(**{name: value})


def test_a_wrong_value_of_the_environment_too(monkeypatch):
    monkeypatch.setenv("TERMINAL_TAB", "sideways")
    with pytest.raises(traitlets.TraitError, match=r"Dashboard\.layout"):
        _ = make().layout


@pytest.mark.parametrize("name", sorted(config.Dashboard.class_own_traits(config=True)))
def test_help_has_its_four_beats(name):
    text = config.Dashboard.class_own_traits()[name].help
    assert f"Example: `c.Dashboard.{name} = " in text
    assert "Default:" in text
