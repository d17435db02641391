"""Parameters of launch links: what may be declared, and what of a link gets through."""

import re
import shlex

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from workshop_spawner.model.workshop import Parameter, Workshop
from workshop_spawner.rules.workshops import parameters


def declare(**said):
    found = tuple(parameters.parse_declared(name, each) for name, each in said.items())
    return Workshop("git", "Git", parameters=found)


ALL = declare(
    repo={"most": 40},
    n={"kind": "number", "minimum": 1, "maximum": 9, "default": 3},
    fast={"kind": "switch"},
    level={"choices": ["easy", "hard"]},
    team={"required": True, "label": "Your team"},
)


def test_what_is_given_and_what_is_not():
    assert parameters.parse_values(ALL, {"team": "red"}) == {
        **{"repo": "", "n": "3", "fast": "false", "level": "easy", "team": "red"}
    }
    given = {"team": "a", "repo": "https://example.com/a.git", "n": "9", "fast": "YES"}
    read = parameters.parse_values(ALL, {**given, "level": "hard"})
    assert read == {**given, "fast": "true", "level": "hard"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Your team is missing"),
        ({"team": ""}, "Your team is missing"),
        ({"team": "a", "other": "1"}, "takes no parameter other"),
        ({"team": "a", "image": "evil"}, "takes no parameter image"),
        ({"team": "a", "n": "10"}, "from 1 to 9"),
        ({"team": "a", "n": "1e1"}, "from 1 to 9"),
        ({"team": "a", "n": "٣"}, "from 1 to 9"),
        ({"team": "a", "level": "Easy"}, "one of easy, hard"),
        ({"team": "a", "fast": "maybe"}, "true or false"),
        ({"team": "a" * 65}, "at most 64"),
        ({"team": ["a"]}, "must be a text"),
        ({"team": {"a": 1}}, "must be a text"),
        ({"team": "a\nb"}, "cannot be seen"),
        ({"team": "a\u202eb"}, "cannot be seen"),
        ({"team": "a\u2028b"}, "cannot be seen"),
        *(({"team": f"a{c}b"}, "letters, digits") for c in " $`\"'\\;|&<>(){}[]*?!#~=%^"),
        ({"team": "--upload-pack=x"}, "letters, digits"),
        ({"team": "-x"}, "letters, digits"),
        ({"team": "${username}"}, "letters, digits"),
    ],
)
def test_what_a_link_cannot_say(given, said):
    with pytest.raises(parameters.ParameterError, match=re.escape(said)):
        parameters.parse_values(ALL, given)


@pytest.mark.parametrize(
    ("name", "said", "problem"),
    [
        ("Team", {}, "a name is of a-z"),
        ("next", {}, "none of"),
        ("_xsrf", {}, "a name is of a-z"),
        (3, {}, "a name is of a-z"),
        ("team", [], "no mapping"),
        ("team", {"type": "text"}, "is no key of it"),
        ("team", {"kind": "file"}, "of kind 'file'"),
        ("team", {"kind": "choice"}, "without choices"),
        ("team", {"required": True, "default": "a"}, "required and has a default"),
        ("team", {"required": "yes"}, "true or false"),
        ("team", {"most": 10**6}, "from 1 to 1000"),
        ("team", {"pattern": "["}, "which is none"),
        ("team", {"pattern": "(a+)+"}, "repetition of a repetition"),
        ("team", {"default": "a b"}, "has the default"),
        ("n", {"kind": "number", "minimum": 5, "maximum": 1}, "above its maximum"),
        ("n", {"kind": "number", "default": "x"}, "has the default"),
    ],
)
def test_what_cannot_be_declared(name, said, problem):
    with pytest.raises(ValueError, match=re.escape(problem)):
        parameters.parse_declared(name, said)


def test_a_pattern_of_ones_own_takes_the_place_of_the_plain_characters():
    workshop = declare(who={"pattern": "[A-Z][a-z]+ [A-Z][a-z]+"})
    assert parameters.parse_values(workshop, {"who": "Ada Lovelace"}) == {"who": "Ada Lovelace"}
    with pytest.raises(parameters.ParameterError, match="as this workshop expects"):
        parameters.parse_values(workshop, {"who": "Ada; rm"})


@given(st.text(max_size=80))
def test_what_gets_through_means_nothing_to_a_shell_to_yaml_and_to_html(text):
    try:
        value = parameters.parse_values(ALL, {"team": text})["team"]
    except parameters.ParameterError:
        return
    assert shlex.split(f"echo {value} end") == ["echo", value, "end"]
    assert not re.search(r"[\s<>&\"'$`;|(){}*?\\~=#!]", value)
    assert not value.startswith("-")
    assert isinstance(yaml.safe_load(f"a: 'x{value}'")["a"], str)
    assert len(value) <= 64


@given(
    st.dictionaries(
        st.text(max_size=8), st.text(max_size=8) | st.integers() | st.none(), max_size=4
    )
)
def test_a_link_is_read_as_declared_or_refused(given):
    try:
        values = parameters.parse_values(ALL, given)
    except parameters.ParameterError:
        return
    assert set(values) == {one.name for one in ALL.parameters}


def test_the_sample_is_what_the_parameters_take():
    sample = parameters.make_sample(ALL)
    assert parameters.parse_values(ALL, sample) == sample
    assert parameters.make_environment(sample)["PARAMETER_TEAM"] == "sample"
    assert parameters.make_key("team") == "parameter-team"
    assert Parameter("a").most == 64
