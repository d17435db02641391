"""What is written of a workshop, with its lines; and files that are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_spawner.rules.workshops import documents


def test_keys_have_their_lines():
    read = documents.parse_document("# Git\ntitle: Git\n\nbudget:\n  base: small\n", "git.yaml")
    assert read.values == {"title": "Git", "budget": {"base": "small"}}
    assert read.lines == {"title": 2, "budget": 4}
    assert not read.problems


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: [", "git.yaml, line 1: it is not valid YAML"),
        ("title: a\nb: c: d\n", "git.yaml, line 2: it is not valid YAML"),
        ("- a\n", "git.yaml, line 1: it is no mapping"),
        ("", "git.yaml, line 1: it is no mapping"),
        ("just text", "git.yaml, line 1: it is no mapping"),
        ("a: 1\n---\na: 2\n", "git.yaml, line 2: it is not valid YAML"),
        ("a: 1\nb: 2\na: 3\n", "git.yaml, line 3: it has 'a' twice, also in line 1"),
        ("a: &x [1]\nb: *x\n", "git.yaml, line 2: it has an alias"),
        ("a: !!python/object:os.system x\n", "git.yaml, line 1: it is not valid YAML"),
        ("? [a]\n: b\n", "git.yaml: it is not valid YAML"),
        ("a: 2027-99-99\n", "git.yaml: it is not valid YAML"),
        ("[" * 5000, "git.yaml"),
        ("a: " + "x" * documents.MOST_CHARACTERS, "git.yaml: it has more than"),
        ("\x00", "git.yaml: it is not valid YAML"),
    ],
)
def test_a_file_that_is_none_is_told_with_its_line(text, problem):
    (said,) = documents.parse_document(text, "git.yaml").problems
    assert said.startswith(problem)
    assert said.endswith(".")


@given(st.text(alphabet="ab:-[]{}*&!?\n \"'#|>%@0\t", max_size=60))
def test_no_text_raises(text):
    read = documents.parse_document(text, "x.yaml")
    assert read.problems or isinstance(read.values, dict)
