"""A workshop to begin with: it is checked, and its commands work."""

import shutil

import pytest

from workshop_dashboard import app, scaffold


def test_a_new_workshop_is_good(tmp_path, capsys):
    folder = tmp_path / "mine"
    assert app.main(["new", str(folder), "--title", "Boats: all of them"]) == 0
    assert app.main(["check", str(folder)]) == 0
    assert "2 pages, 0 errors, 0 warnings" in capsys.readouterr().out


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_its_commands_do_what_its_pages_say(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("USER", "ada")
    scaffold.make_workshop(tmp_path / "mine", "Boats")
    assert app.main(["test", str(tmp_path / "mine"), "--cluster", "none"]) == 0, capsys.readouterr()
    assert "7 as the pages say, 0 failed, 0 skipped" in capsys.readouterr().out


def test_nothing_is_overwritten(tmp_path, capsys):
    (tmp_path / "own").touch()
    assert app.main(["new", str(tmp_path)]) == 1
    assert "name a new folder" in capsys.readouterr().err
