import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_culler.command.rules import exports

ROW = {
    "user": "ada",
    "server": "",
    "title": "=HYPERLINK(1)",
    "groups": ["a", "b"],
    "workshop": "git",
    "state": "running",
    "started": "2026-11-30T12:00:00Z",
    "tests": {"passed": 2, "failed": 0},
    "hand": {"text": 'I am "lost", help', "since": "2026-11-30T12:10:00Z"},
    "url": "/user/ada/",
}


def read(records):
    return list(csv.DictReader(io.StringIO("".join(exports.render_csv(records)), newline="")))


def test_a_row_is_a_flat_record():
    record = exports.make_record(ROW)
    assert tuple(record) == exports.COLUMNS
    assert (record["groups"], record["tests_failed"], record["ends"]) == ("a b", 0, None)
    (line,) = read([record])
    assert line["hand_text"] == 'I am "lost", help'
    assert (line["ends"], line["workshop"]) == ("", "git")
    assert line["title"] == "'=HYPERLINK(1)", "no spreadsheet runs it"


@given(st.lists(st.text(), max_size=4))
def test_what_people_wrote_is_one_cell_and_no_formula(texts):
    lines = read([exports.make_record({"user": "u", "title": text}) for text in texts])
    assert [line["title"].removeprefix("'") for line in lines] == [
        text.removeprefix("'") for text in texts
    ]
    assert not [line for line in lines if line["title"].startswith(exports.FORMULA)]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_json_is_one_array(count):
    records = [{"user": f"u{number}"} for number in range(count)]
    assert json.loads("".join(exports.render_json(records))) == records


def test_users_have_columns_of_their_own():
    user = {"name": "ada", "admin": True, "groups": ["a", "b"], "created": None}
    lines = "".join(
        exports.render_csv([exports.make_user_record(user)], exports.USER_COLUMNS)
    ).splitlines()
    assert lines == ["name,admin,groups,created,last_activity", "ada,yes,a b,,"]
