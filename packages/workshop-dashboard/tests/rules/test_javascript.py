"""JavaScript as data: literals and defaults are read, code is refused with its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_dashboard.rules import javascript
from workshop_dashboard.rules.javascript import Reader, UnreadableError, read_tokens


def read(text, **environment):
    return Reader(read_tokens(text), environment, {"known": "bound"}).read()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'a'", "a"),
        (r'"a\n\"b\" \x41é\u{1F600}"', 'a\n"b" Aé😀'),
        ("`a ${process.env.A || 'none'} b`", "a none b"),
        ("1_000", 1000.0),
        ("true", True),
        ("null", None),
        ("undefined", None),
        ("known", "bound"),
        ("{a: 1, 'b': [1, 2,], known,}", {"a": 1.0, "b": [1.0, 2.0], "known": "bound"}),
        ("process.env.A", None),
        ("process.env['B']", "b"),
        ("process.env.A || 'x'", "x"),
        ("process.env.B || 'x'", "b"),
        ("process.env.A ?? 'x'", "x"),
        ("'' ?? 'x'", ""),
        ("process.env.A && 'x'", None),
        ("(process.env.A === undefined) ? '' : process.env.A", ""),
        ("process.env.B !== 'b' ? 1 : 2", 2.0),
        ("'a' + 1 + true", "a1true"),
        ("!process.env.A", True),
        ("{a: {b: 'c'}}.a.b", "c"),
        ("'a' // why\n + /* how */ 'b'", "ab"),
    ],
)
def test_plain_data_is_read(text, value):
    assert read(text, B="b") == value


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("unknown", 1),
        ("\nrequire('fs')", 2),
        ("known()", 1),
        ("() => 1", 1),
        ("{a: 1,\n b: f(2)}", 2),
        ("'a'.length", 1),
        ("[1, 2", 1),
        ("...x", 1),
        ("", 1),
        ("(" * 500, 1),
    ],
)
def test_code_is_refused(text, line):
    with pytest.raises(UnreadableError) as refused:
        read(text)
    assert refused.value.line == line


@given(st.text(st.sampled_from("{}[]()'\"`,.:;=|&?!+ \nabprocess.env0/*$\\"), max_size=200))
def test_any_text_is_read_or_refused(text):
    line = 1
    try:
        read(text)
    except UnreadableError as error:
        line = error.line
    assert 1 <= line <= text.count("\n") + 1


@pytest.mark.parametrize(
    ("value", "truth"), [([], True), ({}, True), ("", False), (0.0, False), (None, False)]
)
def test_what_is_true(value, truth):
    assert javascript.is_true(value) is truth
