from datetime import UTC, datetime, timedelta

import pytest

from workshop_culler.rules import ends
from workshop_culler.rules.limits import Limits
from workshop_culler.rules.models import Server

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BOTH = Limits(idle=600, age=3600, pending=300)
SERVER = Server("ada", started=NOW, last_activity=NOW)
STARTING = Server("ada", started=NOW, pending="spawn")


def after(seconds):
    return NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("server", "limits", "extension", "found"),
    [
        (SERVER, BOTH, ends.NO_EXTENSION, ends.Ends(after(600), after(3600))),
        (STARTING, BOTH, ends.NO_EXTENSION, ends.Ends(None, after(3600), after(300))),
        (SERVER, Limits(idle=0), ends.NO_EXTENSION, ends.Ends()),
        (SERVER, Limits(exempt=True, age=1), ends.NO_EXTENSION, ends.Ends()),
        (SERVER, BOTH, ends.Extension(until=after(900)), ends.Ends(after(900), after(3600))),
        (
            STARTING,
            BOTH,
            ends.Extension(until=after(900)),
            ends.Ends(None, after(3600), after(300)),
        ),
        (SERVER, BOTH, ends.Extension(expires=after(60)), ends.Ends(after(600), after(60))),
        (
            SERVER,
            BOTH,
            ends.Extension(until=after(9000), limit=after(5000)),
            ends.Ends(after(5000), after(5000)),
        ),
    ],
)
def test_when_each_rule_ends_a_session(server, limits, extension, found):
    assert ends.find_ends(server, limits, extension) == found


def test_the_first_of_the_ends():
    assert ends.Ends(after(9), after(3), None).first == after(3)
    assert ends.Ends().first is None


def test_the_end_by_age_before_any_extension_is_the_earlier_one():
    moved = ends.Extension(until=after(900), expires=after(900), first=after(60))
    assert ends.find_age_end(SERVER, BOTH, moved) == after(60)
    assert ends.find_age_end(SERVER, Limits(age=30), moved) == after(30)
