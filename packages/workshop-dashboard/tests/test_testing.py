"""`workshop-notes test`, as an author runs it."""

import shutil
import xml.etree.ElementTree as ET

import pytest

from workshop_dashboard import app, testing

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")


@pytest.fixture
def notes(tmp_path):
    folder = tmp_path / "notes"
    (folder / "exercises").mkdir(parents=True)
    (folder / "exercises" / "boat.txt").write_text("a boat")
    (folder / "index.md").write_text("# One\n\n```execute\ncat exercises/boat.txt\n```\n")
    (folder / "two.md").write_text("# Two\n\n```execute\nfalse\n```\n")
    return folder


def run(folder, *words):
    return app.main(["test", str(folder), "--cluster", "none", *map(str, words)])


def test_it_says_what_failed_and_where(notes, capsys):
    assert run(notes) == 1
    out = capsys.readouterr().out
    assert "ok   index.md:3 cat exercises/boat.txt" in out
    assert "FAIL two.md:3 false" in out
    assert "1 as the pages say, 1 failed, 0 skipped" in out


def test_on_github_it_is_shown_beside_the_line(notes, capsys, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert run(notes) == 1
    said = f"::error file={notes / 'two.md'},line=3::it ends with status 1; mend the command"
    assert said in capsys.readouterr().out
    (notes / "two.md").write_text("[away](gone.md)\n")
    assert app.main(["check", str(notes)]) == 1
    assert f"::error file={notes / 'two.md'},line=1::" in capsys.readouterr().out


def test_one_page(notes, capsys):
    assert run(notes, "--page", "index") == 0
    assert "two.md" not in capsys.readouterr().out
    assert run(notes, "--page", "gone") == 1
    assert "There is no page gone: the pages are index, two." in capsys.readouterr().err


def test_reports(notes, tmp_path):
    run(notes, "--junit", tmp_path / "out" / "j.xml", "--transcripts", tmp_path / "said")
    suites = ET.parse(tmp_path / "out" / "j.xml").getroot()
    assert [suite.get("failures") for suite in suites] == ["0", "1"]
    assert suites[1][0].get("file") == str(notes / "two.md")
    assert "$ cat exercises/boat.txt\na boat" in (tmp_path / "said" / "index.txt").read_text()


def test_the_authors_own_folder_and_cluster_are_left_alone(notes, capsys):
    (notes / "two.md").write_text("```execute\nrm -r exercises; echo $HOME; cat $KUBECONFIG\n```\n")
    assert run(notes) == 0
    assert (notes / "exercises" / "boat.txt").exists()


def test_output_is_brought_up_to_date(notes, capsys):
    page = notes / "two.md"
    page.write_text("# Two\n\n```execute\necho %username%\n```\n\n```output\nold\n```\n")
    assert run(notes) == 1
    assert run(notes, "--update") == 0
    assert "```output\nuser1\n```" in page.read_text()
    assert run(notes) == 0


def test_a_variable_is_in_the_page_and_in_the_shell(notes):
    (notes / "two.md").write_text("```execute\ntest %colour% = $colour\n```\n")
    assert run(notes, "--variable", "colour=red") == 0


def test_the_shells_have_no_secrets(tmp_path):
    given = {"PATH": "/bin", "MY_TOKEN": "secret", "HOME": "/root"}
    made = testing.make_environment(given, tmp_path, None, {"not-a-name": "x", "name": "y"})
    assert "MY_TOKEN" not in made
    assert (made["HOME"], made["name"], "not-a-name" in made) == (str(tmp_path), "y", False)


def test_too_many_files_are_not_copied(notes, monkeypatch, capsys):
    monkeypatch.setattr(testing, "MAX_HOME_FILES", 1)
    assert run(notes) == 1
    assert "give --home" in capsys.readouterr().err
