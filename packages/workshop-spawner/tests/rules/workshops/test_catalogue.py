"""What is searched and chosen on the page of workshops, and how a workshop is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_spawner.model.workshop import Workshop
from workshop_spawner.rules.workshops import catalogue

GIT = Workshop("git", "Git basics", "Commits and branches", ("git", "Shell"), 45, "beginner")
GO = Workshop("go", "Go", "A language", ("code",), 90, "advanced")
ALL = [GIT, GO, Workshop("x", "Straße")]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (("", "", ""), ["git", "go", "x"]),
        (("GIT", "", ""), ["git"]),
        (("branches  basics", "", ""), ["git"]),
        (("git language", "", ""), []),
        (("strasse", "", ""), ["x"]),
        (("", "Shell", ""), ["git"]),
        (("", "shell", ""), []),
        (("", "", "advanced"), ["go"]),
        (("", "", "no such"), ["git", "go", "x"]),
        (("beginner", "git", "beginner"), ["git"]),
    ],
)
def test_what_is_found(said, found):
    assert [one.name for one in catalogue.find(ALL, catalogue.make_search(*said))] == found


@given(st.text(), st.text(), st.text())
def test_any_search_is_bounded_and_finds_some_of_them(text, tag, difficulty):
    search = catalogue.make_search(text, tag, difficulty)
    assert max(map(len, (search.text, search.tag))) <= catalogue.MOST_CHARACTERS
    assert all(one in ALL for one in catalogue.find(ALL, search))


def test_what_can_be_chosen():
    assert catalogue.list_tags(ALL) == ["code", "git", "Shell"]
    assert catalogue.list_difficulties(ALL) == ["beginner", "advanced"]


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, ""),
        (1, "1 minute"),
        (45, "45 minutes"),
        (60, "1 hour"),
        (90, "1 h 30 min"),
        (120, "2 hours"),
    ],
)
def test_how_long_it_takes(minutes, said):
    assert catalogue.render_minutes(minutes) == said


def test_facts_and_counts_in_words():
    assert catalogue.render_facts(GIT) == "Beginner · 45 minutes"
    assert catalogue.render_facts(ALL[2]) == ""
    everything, some = catalogue.Search(), catalogue.Search("x")
    assert catalogue.render_count(ALL, everything) == "3 workshops"
    assert catalogue.render_count([GIT], some) == "1 workshop found"
    assert catalogue.render_count([], everything) == "No workshop is open to you now."
    assert catalogue.render_count([], some).startswith("No workshop has all of this")
