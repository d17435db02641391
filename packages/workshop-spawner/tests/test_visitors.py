"""Who a visitor is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_spawner import naming, visitors

KEY = b"k" * 32


@given(st.text(min_size=1, max_size=60))
def test_one_visit_is_one_visitor(visit):
    name = visitors.make_visitor(KEY, visit)
    assert name == visitors.make_visitor(KEY, visit)
    assert name != visitors.make_visitor(b"other", visit), "only the hub can tell"
    assert naming.make_slug(name) == name
    assert len(name) == 10


def test_visits_are_different_visitors():
    assert len({visitors.make_visitor(KEY, f"{n}") for n in range(2000)}) == 2000


def test_without_a_visit_the_name_is_fresh():
    assert visitors.make_visitor(KEY, "") != visitors.make_visitor(KEY, "")


@pytest.mark.parametrize(
    ("typed", "right"),
    [("sesame", True), (" sesame\n", True), ("Sesame", False), ("", False), ("sésame", False)],
)
def test_the_access_code(typed, right):
    assert visitors.is_right_code("sesame", typed) is right


def test_an_accent_may_be_typed_in_two_ways():
    assert visitors.is_right_code("caf\u00e9", "cafe\u0301")


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
    name, complaint = visitors.judge_name(typed, required)
    assert name == kept
    assert wrong in complaint
    assert bool(complaint) == bool(wrong)
