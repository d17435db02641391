"""What is told of a rehearsal."""

import xml.etree.ElementTree as ET

from workshop_dashboard.rules import report
from workshop_dashboard.rules.lesson import Outcome, Step

STEP = Step("a", "a.md", 3, "execute", "echo hi\necho ho", "2")
FAILED = Outcome(STEP, 1, "hi\x00\nho", 0.25, "it ends with status 1")
SKIPPED = Outcome(STEP, None, "", 0.0, skipped="only a page can do this")
WENT = Outcome(STEP, 0, "hi\nho", 0.5)


def test_a_line_a_step():
    assert report.describe(WENT) == "ok   a.md:3 [2] echo hi (0.5 s)"
    assert report.describe(SKIPPED).endswith("(0.0 s): only a page can do this")
    lines = report.describe(FAILED).split("\n")
    assert lines[0] == "FAIL a.md:3 [2] echo hi (0.2 s): it ends with status 1"
    assert lines[-1] == "     | ho"


def test_what_was_expected_is_shown_and_what_to_do():
    step = Step("a", "a.md", 3, "execute", "x", "1", expected="wanted", expected_line=7)
    outcome = Outcome(step, 0, "got", 0.0, "it does not print what the page says", advice="do it")
    assert report.describe(outcome).split("\n")[1:] == [
        "     | got",
        "     expected (line 7):",
        "     > wanted",
        "     help: do it",
    ]
    suites = ET.fromstring(report.write_junit([outcome], lambda file: f"notes/{file}"))
    (case,) = suites[0]
    assert case.get("file") == "notes/a.md"
    assert case[0].text == "got\nexpected (line 7):\n> wanted\nhelp: do it"


def test_a_word_that_means_nothing_is_told_of_a_step_that_went_too():
    step = Step("a", "a.md", 3, "execute", "x", "1", note="`fail` means nothing here")
    assert report.describe(Outcome(step, 0, "", 0.0)).endswith(
        "\n     note: `fail` means nothing here"
    )


def test_a_wrong_block_and_an_edit_are_named():
    wrong = Step("a", "a.md", 3, "wrong", "needs x", details={"name": "terminal:execute"})
    assert " terminal:execute (" in report.describe(Outcome(wrong, None, "", 0.0, "needs x"))
    details = {"command": "append-lines-to-file", "file": "~/a"}
    edit = Step("a", "a.md", 3, "editor", "text", details=details)
    assert " append-lines-to-file ~/a (" in report.describe(Outcome(edit, 0, "", 0.0))


def test_what_github_shows_beside_the_line():
    assert report.make_annotation("a,b.md", 3, "50 %\nof it") == (
        "::error file=a%2Cb.md,line=3::50 %25%0Aof it"
    )


def test_counts():
    assert report.count([WENT, WENT, FAILED, SKIPPED]) == (2, 1, 1)


def test_a_transcript_has_what_was_typed_and_printed():
    assert report.write_transcript([WENT]) == (
        "# a.md:3 execute 2\n$ echo hi\n$ echo ho\nhi\nho\n# status 0\n"
    )


def test_junit():
    top = ET.fromstring(report.write_junit([WENT, FAILED, SKIPPED]))
    (suite,) = top
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("a", "3", "1")
    assert [[child.tag for child in case] for case in suite] == [
        ["system-out"],
        ["failure"],
        ["skipped"],
    ]
    assert suite[1][0].text == "hi\ufffd\nho"
