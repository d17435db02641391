"""What an editor's blocks do to a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_dashboard.rules import edits
from workshop_dashboard.rules.editor import text_edits, yaml_edits

TEXT = "one\ntwo\nthree\ntwo\n"


def edit(command, new="", text=TEXT, at=(0, 0), **options):
    return edits.apply_edit({"command": command, **options}, new, text, at)


@pytest.mark.parametrize(
    ("command", "new", "options", "after"),
    [
        ("append-lines-to-file", "four", {}, "one\ntwo\nthree\ntwo\nfour\n"),
        ("prepend-lines-to-file", "zero", {}, "zero\none\ntwo\nthree\ntwo\n"),
        ("insert-lines-before-line", "x", {"line": "2"}, "one\nx\ntwo\nthree\ntwo\n"),
        ("append-lines-after-line", "x", {"line": "2"}, "one\ntwo\nx\nthree\ntwo\n"),
        ("insert-lines-before-line", "x", {"line": "99"}, "one\ntwo\nthree\ntwo\nx\n"),
        ("append-lines-after-match", "x", {"match": "tw"}, "one\ntwo\nx\nthree\ntwo\n"),
        ("insert-lines-before-match", "x", {"match": "hree"}, "one\ntwo\nx\nthree\ntwo\n"),
        ("replace-matching-text", "2", {"match": "two"}, "one\n2\nthree\ntwo\n"),
        (
            *("replace-matching-text", "2", {"match": "t(w)o", "isRegex": "true", "group": "1"}),
            "one\nt2o\nthree\ntwo\n",
        ),
        ("replace-matching-text", "2", {"match": "two", "start": "3"}, "one\ntwo\nthree\n2\n"),
        ("replace-lines-in-range", "x", {"start": "2", "stop": "3"}, "one\nx\ntwo\n"),
        ("delete-lines-in-range", "", {"start": "1", "stop": "2"}, "three\ntwo\n"),
        ("delete-matching-lines", "", {"match": "three"}, "one\ntwo\ntwo\n"),
        ("delete-matching-lines", "", {"match": "two", "count": "2"}, "one\ntwo\n"),
        ("delete-matching-lines", "", {"match": "three", "before": "1"}, "one\ntwo\n"),
        ("create-file", "new", {}, "new\n"),
        ("open-file", "", {"line": "2"}, TEXT),
    ],
)
def test_an_edit(command, new, options, after):
    assert edit(command, new, **options).text == after


@pytest.mark.parametrize(
    ("options", "selected"),
    [
        ({}, "three"),
        ({"before": "0", "after": "0"}, "three\n"),
        ({"before": "1", "after": "1"}, "two\nthree\ntwo\n"),
    ],
)
def test_text_is_selected_and_replaced(options, selected):
    start, end = edit("select-matching-text", "three", **options).selection
    assert TEXT[start:end] == selected
    replaced = edit("replace-text-selection", "X", at=(start, end))
    assert replaced.text == TEXT.replace(selected, "X", 1)


def test_the_commands_for_yaml_are_those_that_there_are():
    assert set(yaml_edits.EDITS) == edits.YAML_COMMANDS
    assert edit("set-yaml-value", "2", "a: 1  # why", path="a").text == "a: 2  # why"
    assert edits.is_edit("open-file")
    assert not edits.is_edit("execute-command")


def test_lines_are_inserted_at_a_selection():
    at = edit("select-matching-text", "three").selection
    assert edit("insert-lines-before-selection", "x", at=at).text == "one\ntwo\nx\nthree\ntwo\n"
    assert edit("append-lines-after-selection", "x", at=at).text == "one\ntwo\nthree\nx\ntwo\n"
    assert edit("delete-text-selection", at=at).text == "one\ntwo\n\ntwo\n"
    assert edit("select-lines-in-range", start="2", stop="3").selection == (4, 14)


def test_a_file_without_a_last_line_end_gets_one():
    assert edit("append-lines-to-file", "b", text="a").text == "a\nb\n"


@pytest.mark.parametrize(
    ("command", "options", "text", "words"),
    [
        ("fly", {}, TEXT, "not known here"),
        ("open-file", {}, None, "does not exist"),
        ("append-lines-after-match", {"match": "gone"}, TEXT, "does not hold 'gone'"),
        ("replace-matching-text", {"match": "(", "isRegex": "true"}, TEXT, "is no pattern"),
        ("replace-matching-text", {"match": "x+", "isRegex": "true"}, TEXT, "nothing like"),
        ("replace-text-selection", {}, TEXT, "Nothing is selected"),
        ("append-lines-to-file", {}, "x" * (edits.MAX_TEXT + 1), "too large"),
    ],
)
def test_an_edit_that_cannot_be_made(command, options, text, words):
    with pytest.raises(edits.EditError, match=words):
        edit(command, "new", text, **options)


def test_a_file_is_created_where_lines_are_appended():
    assert edit("append-lines-to-file", "a", text=None).text == "a\n"


@pytest.mark.parametrize(
    ("selection", "first", "lines"),
    [
        ((0, 0), 1, [("one", False), ("two", False)]),
        ((4, 7), 1, [("one", False), ("two", True), ("three", False)]),
        ((8, 13), 2, [("two", False), ("three", True), ("two", False)]),
        ((4, 14), 1, [("one", False), ("two", True), ("three", True), ("two", False)]),
    ],
)
def test_what_is_shown_of_a_file(selection, first, lines):
    assert edits.make_excerpt(edits.Edit(TEXT, selection), 1) == (first, lines)


@given(
    st.sampled_from(sorted({*text_edits.EDITS, *edits.YAML_COMMANDS})),
    st.text(max_size=30),
    st.text(max_size=10),
)
def test_any_edit_leaves_a_selection_within_the_text(command, text, new):
    try:
        made = edit(command, new, text, line="2", start="1", stop="2", match="a")
    except edits.EditError:
        return
    assert 0 <= made.selection[0] <= made.selection[1] <= len(made.text)


@pytest.mark.parametrize(
    ("text", "selection", "found"),
    [
        ("", (0, 0), ((1, 0), (1, 0))),
        ("a\nbc\n", (2, 4), ((2, 0), (2, 2))),
        ("a\nbc\n", (2, 5), ((2, 0), (3, 0))),
        ("\u65e5\u672c\nx", (1, 4), ((1, 1), (2, 1))),
    ],
)
def test_a_selection_has_lines_and_columns(text, selection, found):
    assert edits.find_range(edits.Edit(text, selection)) == found
