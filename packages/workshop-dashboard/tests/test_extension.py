"""The dashboard as the terminal's server loads it."""

import dataclasses
import logging
import subprocess
import sys

import pytest
import traitlets
from traitlets.config import Config

from jupyterhub_butterfly import extensions
from workshop_dashboard import extension, remote


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


@pytest.mark.parametrize("hand", [None, object()])
def test_a_raised_hand_is_off_unless_the_hub_has_the_service(hand):
    loaded = extension.load(dataclasses.replace(context(notes_dir=""), hand=hand))
    patterns = [route.pattern for route in loaded.routes]
    assert ("dashboard/hand" in patterns) is (hand is not None)


@pytest.mark.parametrize("limits", [{}, {"upload": 1, "download": 1}])
def test_there_are_files_where_they_may_be_read_and_written(limits):
    loaded = extension.load(dataclasses.replace(context(notes_dir=""), file_limits=limits))
    patterns = [route.pattern for route in loaded.routes]
    assert ("dashboard/home" in patterns) is bool(limits)


def test_notes_from_elsewhere_come_first(tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    begun = []
    monkeypatch.setattr(remote.RemoteLoader, "begin", lambda self, source: begun.append(source))
    loaded = extension.load(context(download_url="https://x.example/a.git#v1", notes_dir=""))
    assert loaded.landing == "dashboard/"
    assert begun == [remote.Source("git", "https://x.example/a.git", ref="v1")]
    assert "may change" not in caplog.text
    extension.load(context(download_url="https://x.example/a.tgz", notes_dir=""))
    assert "names no commit or digest" in caplog.text


def test_an_address_that_cannot_be_used_leaves_the_terminal(caplog):
    assert extension.load(context(download_url="ftp://x", notes_dir="")).landing is None
    assert "must be an address of the web" in caplog.text


def test_a_wrong_setting_stops_the_start(monkeypatch):
    monkeypatch.setenv("TERMINAL_TAB", "sideways")
    with pytest.raises(traitlets.TraitError, match=r"Dashboard\.layout"):
        extension.load(context())


@pytest.mark.parametrize(
    ("section", "name", "says"),
    [
        ("Dashboard", "notes_dri", "c.Dashboard.notes_dri is no setting. Did you mean notes_dir?"),
        ("Dashbord", "notes_dir", "c.Dashbord is read by nobody. Did you mean c.Dashboard?"),
        ("Dashboard", "notes_share", "notes_share"),
    ],
)
def test_a_setting_that_cannot_work_is_told_by_the_server_in_a_sentence(section, name, says):
    told = context()
    told.config[section][name] = "1h"
    with pytest.raises(extensions.ExtensionError, match="does not load: ") as refused:
        extensions.load_extensions(told, ["dashboard"])
    assert says in str(refused.value)


def test_a_server_that_shows_no_page_yet_is_not_held_up():
    program = "import sys, workshop_dashboard.extension; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    loaded = set(done.stdout.decode().split())
    assert "workshop_dashboard.rules.render" in loaded
    assert loaded.isdisjoint({"jinja2", "markdown_it", "nh3", "yaml"})
