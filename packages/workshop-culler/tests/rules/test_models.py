from datetime import UTC, datetime

import pytest

from workshop_culler.rules import models

MODEL = {
    "name": "ada",
    "admin": True,
    "groups": ["class-a"],
    "last_activity": "2026-03-01T10:00:00.000000Z",
    "servers": {
        "": {
            "name": "",
            "started": "2026-03-01T09:00:00Z",
            "last_activity": "2026-03-01T10:00:00Z",
            "pending": None,
            "ready": True,
            "user_options": {"profile": "big"},
        },
        "second": {"name": "second", "pending": "spawn", "ready": False},
    },
}


def test_a_user_is_read_with_its_servers():
    user = models.make_user(MODEL)
    first, second = user.servers
    assert first.started == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert (first.admin, first.groups, first.profile) == (True, {"class-a"}, "big")
    assert (str(first), str(second)) == ("ada", "ada/second")
    assert (second.pending, second.ready, second.started) == ("spawn", False, None)


def test_servers_that_may_not_be_read_are_not_none_at_all():
    assert models.make_user({"name": "ada"}).servers is None
    assert models.make_user({"name": "ada", "servers": {}}).servers == ()


def test_the_profile_is_known_from_the_state_as_well():
    server = models.make_server("ada", {"name": "", "state": {"profile_name": "gpu"}})
    assert server.profile == "gpu"


def test_only_what_acts_acts():
    assert not models.keep("why").acts
    assert models.CullVerdict(models.Action.STOP, "why").acts


def test_a_thing_tells_where_it_is():
    assert str(models.ObjectMeta("pods", "a", "hub")) == "pods/hub/a"
    assert str(models.ObjectMeta("namespaces", "a")) == "namespaces/a"


@pytest.mark.parametrize(
    ("options", "workshop", "details"),
    [
        (None, "", {}),
        ({}, "", {}),
        ("odd", "", {}),
        ({"workshop": "git", "details": None}, "git", {}),
        ({"details": ["name"]}, "", {}),
        (
            {"details": {"email": "a@b.example", "name": "Ada", "more": "x"}},
            "",
            {"name": "Ada", "email": "a@b.example"},
        ),
        ({"details": {"name": ""}}, "", {}),
    ],
)
def test_what_was_chosen_and_said_before_the_start(options, workshop, details):
    server = models.Server("ada", model={"user_options": options})
    assert (server.workshop, server.details) == (workshop, details)
    assert list(server.details) == list(details)
