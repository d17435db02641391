import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.vocabulary import bodies


@pytest.mark.parametrize("text", ["NaN", '{"a": Infinity}', "[-Infinity]", "{", ""])
def test_what_others_could_not_read_back_is_no_json(text):
    with pytest.raises(ValueError, match=r"not JSON|Expecting"):
        bodies.parse_json(text)


def test_nesting_without_end_is_refused():
    with pytest.raises(RecursionError):
        bodies.parse_json("[" * 100_000)


def test_a_moment_stays_a_text_and_keys_are_texts():
    assert bodies.parse_yaml("when: 2024-01-01\n1: a\n") == {"when": "2024-01-01", "1": "a"}


@pytest.mark.parametrize(
    "text",
    ["a: &a [*a]", "a: &a [x]\nb: [*a, *a]", "!!python/object/apply:os.system ['id']", "a: ["],
)
def test_aliases_and_programs_are_refused(text):
    with pytest.raises(yaml.YAMLError):
        bodies.parse_yaml(text)


@pytest.mark.parametrize("text", ["a: .nan", "a: !!binary aGk=", "a: !!set {x}"])
def test_what_json_cannot_say_is_refused(text):
    with pytest.raises(ValueError, match="JSON"):
        bodies.parse_yaml(text)


def test_files_of_ones_own_may_have_aliases():
    assert list(bodies.parse_documents("a: &a [x]\nb: *a\n---\nc: 1\n")) == [
        {"a": ["x"], "b": ["x"]},
        {"c": 1},
    ]
    with pytest.raises(ValueError, match="Circular"):
        list(bodies.parse_documents("a: &a [*a]"))


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_json_is_yaml_too(value):
    text = json.dumps(value)
    assert bodies.parse_json(text) == value
    assert bodies.parse_yaml(text) == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{}", None),
        ("", "unexpected end of JSON input"),
        ("{", "unexpected end of JSON input"),
        ('{"a": "b', "unexpected end of JSON input"),
        ("no", "invalid character 'n' looking for beginning of value"),
        ("{a", "invalid character 'a' looking for beginning of object key string"),
        ('{"a" 1}', "invalid character '1' after object key"),
        ('{"a": 1 2}', "invalid character '2' after object key:value pair"),
        ("{} x", "invalid character 'x' after top-level value"),
        (b"\xff", "invalid character '\u00ff' looking for beginning of value"),
    ],
)
def test_what_is_no_json_is_told_as_go_does(text, why):
    assert bodies.problem_with_json(text) == why
