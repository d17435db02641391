"""Who may see a workshop, and who may start it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from workshop_spawner.model.workshop import Workshop
from workshop_spawner.rules.workshops import access

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
GIT = Workshop("git", "Git")
STAFF = access.Person("sam", frozenset({"staff"}))
ANN = access.Person("ann", frozenset({"class-a"}))
ADMIN = access.Person("root", is_admin=True)


@pytest.mark.parametrize(
    ("change", "person", "sees"),
    [
        ({}, ANN, True),
        ({}, access.Person(), True),
        ({"groups": ("staff",)}, ANN, False),
        ({"groups": ("staff",)}, access.Person(), False),
        ({"groups": ("staff", "class-a")}, ANN, True),
        ({"groups": ("staff",)}, ADMIN, True),
        ({"visible_from": NOW}, ANN, True),
        ({"visible_from": NOW + HOUR}, ANN, False),
        ({"visible_from": NOW + HOUR}, ADMIN, True),
        ({"visible_until": NOW + HOUR}, ANN, True),
        ({"visible_until": NOW}, ANN, False),
        ({"visible_from": NOW - HOUR, "visible_until": NOW + HOUR, "groups": ("x",)}, STAFF, False),
    ],
)
def test_who_sees_it_and_who_does_not_may_not_start_it(change, person, sees):
    workshop = replace(GIT, **change)
    assert access.may_see(workshop, person, NOW) is sees
    problem = access.problem_with_start(workshop, person, NOW, "", b"k")
    assert problem == (None if sees else access.NOT_HERE)


def test_one_that_is_not_there_is_refused_as_one_that_is_not_for_them():
    assert access.problem_with_start(None, ADMIN, NOW, "", b"k") == access.NOT_HERE


def test_an_access_code_is_shown_to_be_known_by_a_proof():
    workshop = replace(GIT, access_code="sesame")
    proof = access.make_proof(b"k", "ann", workshop)
    assert access.problem_with_start(workshop, ANN, NOW, proof, b"k") is None
    for wrong in (
        "",
        "sesame",
        "é",
        access.make_proof(b"other", "ann", workshop),
        access.make_proof(b"k", "sam", workshop),
        access.make_proof(b"k", "ann", replace(workshop, name="go")),
        access.make_proof(b"k", "ann", replace(workshop, access_code="new")),
    ):
        problem = access.problem_with_start(workshop, ANN, NOW, wrong, b"k")
        assert problem == "Git takes an access code. Start it from its page."


def test_no_two_readings_of_a_proof():
    one = Workshop("bc", "x", access_code="d")
    other = Workshop("c", "x", access_code="d")
    assert access.make_proof(b"k", "a", one) != access.make_proof(b"k", "ab", other)


def test_the_list_is_by_title():
    shown = {
        "a": Workshop("a", "zebra"),
        "b": Workshop("b", "Apple"),
        "c": Workshop("c", "x", groups=("staff",)),
    }
    assert [one.name for one in access.list_visible(shown, ANN, NOW)] == ["b", "a"]
