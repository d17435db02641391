"""Blocks that copy, rename and delete files, on a real disk."""

import pytest

from workshop_dashboard import file_moves
from workshop_dashboard.rules.edits import EditError


@pytest.fixture
def home(tmp_path):
    home = tmp_path / "home"
    (home / "d").mkdir(parents=True)
    (home / "boat").write_text("kind: Boat")
    (home / "d" / "other").write_text("x")
    (home / "link").symlink_to(tmp_path)
    return home


def move(home, command, **details):
    return file_moves.move_file(home, {"command": command, **details})


def names(home):
    return {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("command", "details", "left"),
    [
        ("copy-file", {"src": "~/boat", "dest": "~/new/ship"}, {"boat", "new/ship", "d/other"}),
        ("copy-file", {"src": "boat", "dest": "d"}, {"boat", "d/boat", "d/other"}),
        ("rename-file", {"src": "~/boat", "dest": "$HOME/ship"}, {"ship", "d/other"}),
        ("delete-file", {"file": "~/boat"}, {"d/other"}),
        ("create-directory", {"path": "~/e/f"}, {"boat", "d/other"}),
        ("create-directory", {"directory": "d"}, {"boat", "d/other"}),
    ],
)
def test_a_file_is_moved(home, command, details, left):
    said = move(home, command, **details)
    assert names(home) == left
    assert said.endswith(".")
    assert (home / "e" / "f").is_dir() == ("e/f" in str(details))


@pytest.mark.parametrize(
    ("command", "details", "words"),
    [
        ("copy-file", {"src": "boat", "dest": "d/other"}, "there already"),
        ("rename-file", {"src": "boat", "dest": "d/other"}, "there already"),
        ("copy-file", {"src": "gone", "dest": "a"}, "no file gone"),
        ("copy-file", {"src": "boat", "dest": "../out"}, "not in the home"),
        ("copy-file", {"src": "link/outside", "dest": "a"}, "not in the home"),
        ("rename-file", {"src": "boat", "dest": ""}, "not in the home"),
        ("delete-file", {"file": "d"}, "no file d"),
        ("delete-file", {"file": "/etc/passwd"}, "not in the home"),
        ("create-directory", {"path": "boat"}, "is a file"),
        ("create-directory", {"path": "link/x"}, "not in the home"),
    ],
)
def test_what_is_not_done_is_said(home, tmp_path, command, details, words):
    (tmp_path / "outside").write_text("x")
    with pytest.raises(EditError, match=words):
        move(home, command, **details)
    assert names(home) == {"boat", "d/other"}


def test_a_large_file_is_not_copied(home, monkeypatch):
    monkeypatch.setattr(file_moves, "MAX_BYTES", 3)
    with pytest.raises(EditError, match="too large"):
        move(home, "copy-file", src="boat", dest="ship")
