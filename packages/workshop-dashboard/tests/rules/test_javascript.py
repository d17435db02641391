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
        ("'a.b.c.d'.split('.').slice(-3).join('.')", "b.c.d"),
        ("'apps.x'.replace('apps.', 'master.')", "master.x"),
        ("'apps.x'.startsWith('apps.') && !'x'.endsWith('y')", True),
        ("process.env.B.toUpperCase().concat('c').trim()", "Bc"),
        ("'abc'.slice(1, 2) + 'abc'.includes('z') + ['x'][0]", "bfalsex"),
        ("['a', 'b'].join() + ['a', 'b'].pop() + ['a', 'b'].shift()", "a,bba"),
        ("'a/b'.replaceAll('/', '-').toLowerCase().toString()", "a-b"),
        ('JSON.parse(\'{"a": {"b": [1]}}\').a.b[0] + -2', "1-2"),
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
        ("process.env.A.split('.')", 1),
        ("'a'.replace(/a/g, 'b')", 1),
        ("'a'.constructor('x')", 1),
        ("'a'.repeat(9)", 1),
        ("JSON.parse('{')", 1),
        ("JSON.parse()", 1),
        ("JSON.stringify({})", 1),
        ("[1][7]", 1),
        ("'" + "a" * 40_000 + "' + '" + "a" * 40_000 + "'", 1),
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
