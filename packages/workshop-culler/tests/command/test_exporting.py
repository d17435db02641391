import json

import pytest

from workshop_culler.command import exporting
from workshop_culler.command.errors import CommandError


def test_users_and_sessions_are_read_from_the_service(told_service, make_client):
    told_service.tell({"users": [{"name": "ada", "admin": False}]})
    lines = exporting.list_lines(make_client(), "users", "csv")
    assert list(lines)[1] == "ada,no,,,\r\n"
    told_service.answers.clear()
    told_service.tell({"sessions": [{"user": "ada"}], "next": None})
    found = json.loads("".join(exporting.list_lines(make_client(), "sessions", "json")))
    assert found[0]["user"] == "ada"


def test_a_list_that_breaks_off_leaves_those_before(tmp_path):
    def break_off():
        yield "half"
        raise CommandError("The hub is away.")

    (tmp_path / "users-20260101T000000Z.csv").write_text("old")
    with pytest.raises(CommandError, match="away"):
        exporting.write_dated(tmp_path, "users", "csv", 1, break_off())
    assert [each.name for each in tmp_path.iterdir()] == ["users-20260101T000000Z.csv"]
    exporting.write_dated(tmp_path, "users", "csv", 1, ["new"])
    assert [each.read_text() for each in tmp_path.iterdir()] == ["new"]


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(CommandError, match="cannot be written: No such file"):
        exporting.write_dated(tmp_path / "none", "users", "csv", 1, ["x"])
