"""Steps carried out in real shells: a broken block fails, the mended one passes."""

import os
import shutil

import pytest

from workshop_dashboard import rehearsal
from workshop_dashboard.rules import lesson
from workshop_dashboard.rules.notes import make_notes
from workshop_dashboard.rules.workshopfile import Workshop

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")


@pytest.fixture
def play(tmp_path):
    """Carry out a page; returns (outcome's problem, output) of each step."""
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "tests").mkdir()
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "TERM": "dumb"}
    stage = rehearsal.Stage(environment, home, tmp_path / "tests")

    def run(text, seconds=20.0):
        notes = make_notes({"a.md": text}, Workshop(), {})
        steps = lesson.make_steps(notes, notes.order, seconds)
        return list(rehearsal.rehearse(steps, stage))

    run.home, run.tests = home, tmp_path / "tests"
    yield run
    stage.close()


def fence(info, body=""):
    return f"```{info}\n{body}\n```\n\n"


def problems(outcomes):
    return [outcome.problem for outcome in outcomes]


def test_a_broken_block_fails_and_the_mended_one_passes(play):
    (broken,) = play(fence("execute", "cat boat.yaml"))
    assert "ends with status 1" in broken.problem
    assert "No such file" in broken.output
    mended = play(
        fence("execute", "echo 'kind: Boat' > boat.yaml") + fence("execute", "cat boat.yaml")
    )
    assert problems(mended) == ["", ""]
    assert mended[1].output == "kind: Boat"


def test_the_first_line_that_fails_counts(play):
    (outcome,) = play(fence("execute", "false\ntrue"))
    assert "status 1" in outcome.problem


def test_what_the_page_says_that_it_prints(play):
    good = fence("execute", "echo one; echo two") + fence("output", "one\n...")
    bad = fence("execute", "echo one") + fence("output", "two")
    assert problems(play(good)) == [""]
    assert problems(play(bad)) == ["it does not print what the page says"]


def test_a_block_that_is_to_fail(play):
    assert problems(play(fence("execute fails", "false"))) == [""]
    assert "succeeds" in play(fence("execute fails", "true"))[0].problem
    assert play(fence("execute skip", "exit 1"))[0].skipped == "the page says so"


def test_a_block_that_runs_until_it_is_interrupted(play):
    text = fence("execute", "echo begun; sleep 600") + fence("execute", "<ctrl-c>")
    outcomes = play(text + fence("execute", "echo still here"))
    assert problems(outcomes) == ["", "", ""]
    assert outcomes[2].output == "still here"


@pytest.mark.parametrize("broken", ["sleep 600", "trap '' INT; sleep 600", "exit", "set -e; false"])
def test_a_block_that_never_ends_or_ends_its_shell_is_told_and_the_rest_is_tried(play, broken):
    outcomes = play(fence("execute", broken) + fence("execute", "echo x"), seconds=0.5)
    words = "still runs after 0.5 s" if "sleep" in broken else "its shell has ended"
    assert words in outcomes[0].problem
    assert ("timeout=" if "sleep" in broken else "(exit 1)") in outcomes[0].advice
    assert (outcomes[1].problem, outcomes[1].output) == ("", "x")


def test_what_an_earlier_block_left_running_is_told_and_stopped(play):
    text = fence("execute-2", "read a")
    text += fence("terminal:input", "text: x\nsession: 2\nendl: false")
    outcomes = play(text + fence("execute-2", "echo x") + fence("execute-2", "echo y"))
    assert "the block before still runs" in outcomes[2].problem
    assert "<ctrl-c>" in outcomes[2].advice
    assert (outcomes[3].problem, outcomes[3].output) == ("", "y")


def test_terminals_are_apart(play):
    text = fence("execute", "x=1") + fence("execute-2", "echo [$x]") + fence("execute-all", "y=2")
    outcomes = play(text + fence("execute-2", "echo $y"))
    assert problems(outcomes) == [""] * 4
    assert (outcomes[1].output, outcomes[3].output) == ("[]", "2")


def test_questions_are_answered(play):
    text = fence("terminal:execute", "command: read a; read b; echo $a-$b")
    text += fence("terminal:input", "text: Ada") + fence(
        "terminal:input", "text: ding\nendl: false"
    )
    outcomes = play(text + fence("terminal:input", "text: hy"))
    assert problems(outcomes) == [""] * 4
    assert outcomes[3].output.endswith("Ada-dinghy")


def test_a_quote_that_is_not_closed(play):
    outcomes = play(fence("execute", "echo 'a") + fence("execute", "echo b"))
    assert "waits for more" in outcomes[0].problem
    assert "close the quote" in outcomes[0].advice
    assert (outcomes[1].problem, outcomes[1].output) == ("", "b")


def test_files_are_edited_as_the_editor_would(play):
    text = fence("editor:append-lines-to-file", "file: ~/d/boat.yaml\ntext: |\n  kind: Boat")
    text += fence("editor:select-matching-text", "file: ~/d/boat.yaml\ntext: Boat")
    text += fence("editor:replace-text-selection", "file: ~/d/boat.yaml\ntext: Ship")
    outcomes = play(text + fence("execute", "cat d/boat.yaml"))
    assert problems(outcomes) == [""] * 4
    assert outcomes[3].output == "kind: Ship"


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "~/../outside"])
def test_no_file_outside_the_home_folder_is_edited(play, name):
    (outcome,) = play(fence("editor:append-lines-to-file", f"file: {name}\ntext: x"))
    assert "is not in the home folder" in outcome.problem
    assert not (play.home.parent / "outside").exists()


def test_a_file_that_is_not_there_is_named(play):
    (outcome,) = play(fence("editor:select-matching-text", "file: ~/boat.yaml\ntext: x"))
    assert outcome.problem == "~/boat.yaml: The file does not exist."
    assert "a block has made" in outcome.advice


@pytest.mark.parametrize("word", ["download-file", "copy-file"])
def test_a_file_that_a_click_gives_must_be_there(play, word):
    block = fence(f"files:{word}", "path: ~/boat.yaml")
    (gone,) = play(block)
    assert gone.problem == "~/boat.yaml is not there"
    assert "a block has made" in gone.advice
    assert problems(play(fence("execute", "touch boat.yaml") + block)) == ["", ""]
    (outside,) = play(fence(f"files:{word}", "path: ../../etc/passwd"))
    assert "is not in the home folder" in outside.problem
    (away,) = play(fence(f"files:{word}", "url: https://example.com/boat.yaml"))
    assert away.skipped == rehearsal.NEEDS_PAGE


def test_tests_of_the_examiner_are_run(play):
    program = play.tests / "exists"
    program.write_text('#!/bin/sh\ntest -e "$HOME/$1"\n')
    program.chmod(0o755)
    block = fence("examiner:execute-test", "name: exists\nargs: [boat]")
    assert "status 1" in play(block)[0].problem
    assert problems(play(fence("execute", "touch boat") + block)) == ["", ""]
    assert "there is no program" in play(fence("examiner:execute-test", "name: gone"))[0].problem
    (outside,) = play(fence("examiner:execute-test", "name: ../x"))
    assert "there is no program" in outside.problem
    assert outside.advice == "write it, or name one of these: exists"


def test_a_test_is_tried_again(play):
    program = play.tests / "third"
    program.write_text('#!/bin/sh\necho x >> "$HOME/n"; test "$(wc -l < "$HOME/n")" -ge 3\n')
    program.chmod(0o755)
    block = fence("examiner:execute-test", "name: third\nretries: .INF\ndelay: 0.01")
    assert problems(play(block)) == [""]


def test_what_only_a_page_can_do_is_skipped(play):
    (outcome,) = play(fence("dashboard:open-dashboard", "name: Console"))
    assert (outcome.problem, outcome.skipped) == ("", rehearsal.NEEDS_PAGE)
