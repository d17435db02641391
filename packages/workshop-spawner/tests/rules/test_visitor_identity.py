"""Who a visitor is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_spawner.model import naming
from workshop_spawner.rules import visitor_identity

KEY = b"k" * 32


@given(st.text(min_size=1, max_size=60))
def test_one_visit_is_one_visitor(visit):
    name = visitor_identity.make_visitor(KEY, visit)
    assert name == visitor_identity.make_visitor(KEY, visit)
    assert name != visitor_identity.make_visitor(b"other", visit), "only the hub can tell"
    assert naming.make_slug(name) == name
    assert len(name) == 10


def test_visits_are_different_visitors():
    assert len({visitor_identity.make_visitor(KEY, f"{n}") for n in range(2000)}) == 2000


def test_without_a_visit_the_name_is_fresh():
    assert visitor_identity.make_visitor(KEY, "") != visitor_identity.make_visitor(KEY, "")


@pytest.mark.parametrize(
    ("typed", "right"),
    [("sesame", True), (" sesame\n", True), ("Sesame", False), ("", False), ("sésame", False)],
)
def test_the_access_code(typed, right):
    assert visitor_identity.is_right_code("sesame", typed) is right


def test_an_accent_may_be_typed_in_two_ways():
    assert visitor_identity.is_right_code("caf\u00e9", "cafe\u0301")


@pytest.mark.parametrize(
    ("typed", "required", "kept", "wrong"),
    [
        ("", False, "", ""),
        ("", True, "", "type your name"),
        (" \t ", True, "", "type your name"),
        ("Ada  Lovelace ", True, "Ada Lovelace", ""),
        ("Ad\u202ea\x00", True, "Ada", ""),
        ("x" * 81, False, "", "at most 80"),
    ],
)
def test_a_typed_name(typed, required, kept, wrong):
    problem = visitor_identity.problem_with_name(typed, required)
    if wrong:
        assert wrong in problem
    else:
        assert problem is None
        assert visitor_identity.clean_name(typed) == kept
