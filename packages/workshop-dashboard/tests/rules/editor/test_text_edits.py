"""Edits of lines by themselves; all of them by their names are in `test_edits`."""

import pytest

from workshop_dashboard.rules.editor import text_edits

TEXT = "one\ntwo\nthree\n"


def edit(command, new, **options):
    return text_edits.EDITS[command](options, new, TEXT, (0, 0)).text


@pytest.mark.parametrize("key", ["match", "text"])
@pytest.mark.parametrize("command", ["append-lines-after-match", "append-lines-after-text"])
def test_lines_behind_a_match_under_both_names(command, key):
    assert edit(command, "x", **{key: "two"}) == "one\ntwo\nx\nthree\n"


def test_lines_are_replaced_by_lines():
    """The line breaks of a block's text are part of it."""
    assert edit("replace-matching-text", "X\nY\n", match="one\ntwo\n") == "X\nY\nthree\n"
    assert edit("append-lines-to-file", "\nx\n\n") == TEXT + "\nx\n\n"


def test_what_is_not_there():
    with pytest.raises(text_edits.EditError, match="does not hold"):
        edit("replace-matching-text", "x", match="four")
