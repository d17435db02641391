"""From files and mappings to workshops; all that is wrong is told at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_spawner.rules.workshops import fields, parsing

GIT = """\
title: Git basics
tags: [git, shell]
duration: 1h
image: example.com/git:1
budget: medium
"""


def find_problems(**files):
    with pytest.raises(parsing.WorkshopsError) as raised:
        parsing.parse_files({f"{name}.yaml": text for name, text in files.items()})
    return list(raised.value.problems)


def test_a_file_is_a_workshop_of_its_name():
    found = parsing.parse_files({"git.yaml": GIT, "go.yml": "title: Go\n"})
    assert list(found) == ["git", "go"]
    git = found["git"]
    assert (git.name, git.title, git.minutes, git.tags) == (
        "git",
        "Git basics",
        60,
        ("git", "shell"),
    )
    assert git.settings == {"image": "example.com/git:1", "budget": "medium"}
    assert git.locate("budget") == "git.yaml, line 5"
    assert found["go"].settings == {}


def test_a_mapping_is_read_the_same():
    found = parsing.parse_mapping({"git": {"title": "Git", "exposed_ports": [8080]}})
    assert found["git"].settings == {"exposed_ports": [8080]}
    assert found["git"].locate("title") == "WorkshopSpawner.workshops['git'], title"


def test_all_that_is_wrong_is_told_at_once():
    wrong = find_problems(git="title: Git\nimagee: x\ncapacity: -1\n", go="titel: Go\n")
    assert wrong == [
        "git.yaml, line 2: 'imagee' is no key of it; did you mean image?",
        "git.yaml, line 3: capacity is -1; write a whole number, 0 for no limit.",
        "go.yaml, line 1: 'titel' is no key of it; did you mean title?",
        "go.yaml: it has no title; write title: Git basics.",
    ]


@pytest.mark.parametrize("name", ["Git", "a_b", "-a", "a" * 41, "ä", ""])
def test_a_name_is_part_of_addresses_and_a_label(name):
    with pytest.raises(parsing.WorkshopsError, match="is no name of a workshop"):
        parsing.parse_mapping({name: {"title": "x"}})


def test_more_that_contradicts():
    with pytest.raises(parsing.WorkshopsError, match="another file of the workshop git"):
        parsing.parse_files({"git.yaml": GIT, "git.yml": GIT})
    times = "title: x\nvisible_from: 2027-01-02T00:00:00Z\nvisible_until: 2027-01-01T00:00:00Z\n"
    assert find_problems(git=times) == [
        "git.yaml, line 3: visible_until is not after visible_from."
    ]
    with pytest.raises(parsing.WorkshopsError, match="is no mapping"):
        parsing.parse_mapping({"git": "x"})
    with pytest.raises(parsing.WorkshopsError, match="200 is the most"):
        parsing.parse_mapping({f"w{n}": {"title": "x"} for n in range(201)})


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(fields.KEYS) | st.text(max_size=8), VALUES, max_size=6))
def test_whatever_is_written_is_read_or_refused_in_sentences(values):
    problems, found = [], {}
    try:
        found = parsing.parse_mapping({"w": values})
    except parsing.WorkshopsError as error:
        problems = error.problems
    assert bool(problems) is not bool(found)
    assert all(problem.endswith((".", "?")) for problem in problems)
    assert all(set(one.settings) <= set(fields.SETTINGS) and one.edition for one in found.values())
