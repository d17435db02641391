import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_culler.rules import texts


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Lunch", "Lunch"),
        ("  two\n words\t", "two words"),
        ("a\u202etxt.exe", "a txt.exe"),
        ("\x1b[31mred", "[31mred"),
        ("<b>bold</b>", "<b>bold</b>"),
        ("caf\u00e9 \u00a0 \u65e5\u672c", "caf\u00e9 \u65e5\u672c"),
        ("\ud800", ""),
    ],
)
def test_a_line_has_nothing_hidden_in_it(text, line):
    assert texts.clean_line(text) == line


@given(st.text())
def test_whatever_is_written_becomes_one_plain_line(text):
    line = texts.clean_line(text)
    assert not [c for c in line if unicodedata.category(c)[0] == "C"]
    assert line == texts.clean_line(line)
    line.encode()
