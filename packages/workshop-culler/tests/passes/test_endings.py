from dataclasses import replace
from datetime import UTC, datetime, timedelta

from workshop_culler.passes import endings
from workshop_culler.rules.models import Server

ADA = Server("ada", started=datetime(2026, 1, 1, tzinfo=UTC))


def test_a_cause_is_of_one_session_and_not_of_the_next_of_that_name():
    kept = endings.Endings()
    assert kept.find(ADA) == ""
    kept.note(ADA, "idle")
    assert kept.find(ADA) == "idle"
    again = replace(ADA, started=ADA.started + timedelta(hours=1))
    assert kept.find(again) == ""
    assert kept.find(replace(ADA, name="lab")) == ""
    kept.note(again, "")
    assert kept.find(again) == ""


def test_the_oldest_are_forgotten(monkeypatch):
    monkeypatch.setattr(endings, "MOST_ENDINGS", 2)
    kept = endings.Endings()
    servers = [replace(ADA, user=f"user{number}") for number in range(3)]
    for server in servers:
        kept.note(server, "age")
    assert [kept.find(server) for server in servers] == ["", "age", "age"]
