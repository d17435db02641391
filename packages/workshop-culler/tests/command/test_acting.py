import json

import click
import pytest

from workshop_culler.command import acting
from workshop_culler.command.errors import CommandError


def act(client, body):
    """Refuse those that are named so."""
    codes = {"gone": 4, "no": 3}
    if body["user"] in codes:
        raise CommandError(f"{body['user']}.", codes[body["user"]])
    return {"done": True, "ends": "12:00"}


@pytest.mark.parametrize(
    ("names", "code"),
    [(["a"], 0), ([], 0), (["gone"], 4), (["no"], 3), (["a", "no"], 1), (["gone", "gone"], 1)],
)
def test_one_that_cannot_stops_no_other_and_the_code_tells(names, code, capsys):
    assert acting.act_on_all(None, names, act, "table", "extended") == code
    said = capsys.readouterr()
    assert said.out.count("extended until") == names.count("a")
    assert said.err.count("not extended") == len(names) - names.count("a")


def test_outcomes_are_records_for_programs(capsys):
    acting.act_on_all(None, ["a/two", "no"], act, "json", "extended")
    assert json.loads(capsys.readouterr().out) == [
        {"user": "a", "server": "two", "done": True, "ends": "12:00"},
        {"user": "no", "server": "", "done": False, "why": "no."},
    ]


@pytest.mark.parametrize(("names", "everybody"), [((), False), (("a",), True)])
def test_either_names_or_all(names, everybody):
    with pytest.raises(click.UsageError):
        acting.find_names(None, names, everybody)


def test_a_name_counts_once():
    assert acting.find_names(None, ("b", "a", "b"), False) == ["b", "a"]
