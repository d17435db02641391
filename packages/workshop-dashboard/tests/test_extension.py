"""The dashboard as the terminal's server loads it."""

import logging
import subprocess
import sys

import pytest
import traitlets
from traitlets.config import Config

from jupyterhub_butterfly import extensions
from workshop_dashboard import extension


def context(**settings):
    config = Config(Dashboard=settings)
    return extensions.Context("/user/ada/", config, logging.getLogger("t"), "ada", "butterfly")


def test_the_server_finds_and_accepts_it(tmp_path):
    (tmp_path / "index.md").write_text("# Boats")
    loaded = extensions.load_extensions(context(notes_dir=str(tmp_path)), ["dashboard"])
    assert [one.name for one in loaded] == ["dashboard"]
    assert loaded[0].landing == "dashboard/"


@pytest.mark.parametrize(
    ("settings", "landing"),
    [
        ({"notes_dir": ""}, None),
        ({"notes_dir": "full", "open_first": False}, None),
        ({"notes_dir": "full"}, "dashboard/"),
        ({"notes_dir": "empty"}, None),
        ({"notes_dir": "gone"}, None),
    ],
)
def test_which_page_is_first(tmp_path, monkeypatch, settings, landing):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a.adoc").write_text("= Boats")
    assert extension.load(context(**settings)).landing == landing


def test_a_wrong_setting_stops_the_start(monkeypatch):
    monkeypatch.setenv("TERMINAL_TAB", "sideways")
    with pytest.raises(traitlets.TraitError, match=r"Dashboard\.layout"):
        extension.load(context())


def test_a_server_that_shows_no_page_yet_is_not_held_up():
    program = "import sys, workshop_dashboard.extension; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    loaded = set(done.stdout.decode().split())
    assert "workshop_dashboard.rules.render" in loaded
    assert loaded.isdisjoint({"jinja2", "markdown_it", "nh3", "yaml"})
