from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_culler.command.rules import tables

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
ROW = {
    "user": "ada",
    "server": "",
    "title": "Ada L.",
    "groups": ["class-a"],
    "state": "running",
    "ends": (NOW + timedelta(minutes=5)).isoformat(),
    "last_activity": (NOW - timedelta(seconds=42)).isoformat(),
    "page": "2 of 5: Pods",
    "tests": {"passed": 2, "failed": 1, "failing": "x"},
    "hand": {"text": "I am lost", "number": 1},
}


def test_a_session_is_a_row_of_words():
    assert tables.make_cells(ROW, NOW) == (
        "ada",
        "running",
        "5m00s",
        "42s ago",
        "2 of 5: Pods",
        "2 passed, 1 failed",
        "I am lost",
    )
    bare = {"user": "bob", "server": "two", "hand": {"text": ""}, "ends": NOW.isoformat()}
    assert tables.make_cells(bare, NOW) == ("bob/two", "", "ending", "never", "", "", "raised")
    assert tables.make_cells({}, NOW)[2] == "no end"


def test_columns_stand_below_each_other_in_wide_letters_too():
    lines = tables.render_rows([("WHO", "PAGE"), ("山田", "x"), ("ada", "")])
    assert lines == ["WHO   PAGE", "山田  x", "ada   -"]
    assert tables.render_rows([]) == []


def test_later_pages_keep_the_columns_of_the_first():
    widths = tables.measure_columns([("WHO", "PAGE"), ("ada", "x")])
    assert widths == [3, 4]
    assert tables.render_rows([("bob", "y")], widths) == ["bob  y"]
    assert tables.measure_columns([("barbara", "y")], widths) == [7, 4]


@given(st.text())
def test_nothing_that_people_wrote_moves_the_cursor(text):
    cell = tables.clean_cell(text)
    assert len(cell) <= tables.LONGEST_CELL
    assert cell.isprintable()


@pytest.mark.parametrize(
    ("words", "hands", "wanted"),
    [
        ("", False, True),
        ("CLASS-A", False, True),
        ("pods", True, True),
        ("stopped", False, False),
    ],
)
def test_find_looks_where_the_page_does(words, hands, wanted):
    assert tables.is_wanted(ROW, words, hands=hands) is wanted
    assert not tables.is_wanted(ROW | {"hand": None}, words, hands=True)


@pytest.mark.parametrize("words", ["git", "Ada@Example", "class-a"])
def test_a_session_is_found_by_its_workshop_and_by_whom_it_is_of(words):
    row = {
        "user": "x",
        "workshop": "git",
        "details": ["Ada", "ada@example.org"],
        "groups": ["class-a"],
    }
    assert tables.is_wanted(row, words)
    assert not tables.is_wanted({"user": "x"}, words)
