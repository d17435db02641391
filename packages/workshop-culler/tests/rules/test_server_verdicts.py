from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_culler.rules import ends, server_verdicts
from workshop_culler.rules.limits import Limits
from workshop_culler.rules.models import Server

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def ago(seconds):
    return None if seconds is None else NOW - timedelta(seconds=seconds)


def server(*, started=1000, active=10, **more):
    return Server("ada", started=ago(started), last_activity=ago(active), **more)


@pytest.mark.parametrize(
    ("it", "limits", "rule"),
    [
        pytest.param(server(active=599), Limits(idle=600), "", id="not idle for long enough"),
        pytest.param(server(active=600), Limits(idle=600), "idle", id="idle to the second"),
        pytest.param(server(active=None), Limits(idle=600), "idle", id="never active since start"),
        pytest.param(server(active=9999), Limits(idle=0), "", id="idle rule off"),
        pytest.param(server(started=3600), Limits(age=3600), "age", id="old, though in use"),
        pytest.param(server(started=3600), Limits(age=0), "", id="age rule off"),
        pytest.param(
            server(started=9999, active=9999), Limits(idle=0, age=60), "age", id="0 is off alone"
        ),
        pytest.param(
            server(pending="spawn", ready=False), Limits(pending=600), "pending", id="pending long"
        ),
        pytest.param(
            server(pending="spawn", active=9999), Limits(idle=60), "", id="pending is not idle"
        ),
        pytest.param(
            server(pending="check", started=99), Limits(age=60), "age", id="age holds for pending"
        ),
        pytest.param(
            server(pending="stop", active=9999), Limits(age=1, pending=1), "", id="stopping"
        ),
        pytest.param(server(active=9999), Limits(exempt=True, age=1), "", id="exempt"),
        pytest.param(
            server(started=None, active=None), Limits(idle=1, age=1), "", id="no time known"
        ),
        pytest.param(server(active=-999), Limits(idle=600), "", id="active in the future"),
    ],
)
def test_servers(it, limits, rule):
    verdict = server_verdicts.decide_server(it, limits, NOW)
    assert verdict.rule == rule
    assert verdict.acts == bool(rule)
    assert verdict.reason


@pytest.mark.parametrize(
    ("it", "limits", "says"),
    [
        (server(active=610), Limits(), "idle for 10m10s (general limits)"),
        (server(started=7200), Limits(age=60), "running for 2h00m (general limits)"),
        (server(started=70, pending="spawn"), Limits(pending=60), "pending spawn for 1m10s"),
        (server(active=60), Limits(idle=90), "ends in 30s (general limits)"),
        (server(), Limits(exempt=True, policy="policy 'staff'"), "exempt by policy 'staff'"),
        (server(), Limits(idle=0), "no rule applies"),
        (server(pending="stop"), Limits(), "is stopping already"),
    ],
)
def test_reasons_in_words(it, limits, says):
    assert says in server_verdicts.decide_server(it, limits, NOW).reason


def test_idleness_on_hold_leaves_the_other_rules():
    quiet = server(active=900, started=1000)
    assert not server_verdicts.decide_server(quiet, Limits(idle=600), NOW, idle_suspended=True).acts
    verdict = server_verdicts.decide_server(
        quiet, Limits(idle=600, age=999), NOW, idle_suspended=True
    )
    assert verdict.rule == "age"


@pytest.mark.parametrize(
    ("extension", "acts"),
    [
        pytest.param(ends.Extension(), True, id="none"),
        pytest.param(ends.Extension(until=ago(-60)), False, id="extended"),
        pytest.param(ends.Extension(until=ago(60)), True, id="extension is over"),
        pytest.param(ends.Extension(expires=ago(1)), True, id="the project's end came"),
        pytest.param(ends.Extension(expires=ago(1), until=ago(-60)), False, id="the end was moved"),
    ],
)
def test_extensions(extension, acts):
    both = server(active=900, started=9999)
    assert (
        server_verdicts.decide_server(
            both, Limits(idle=600, age=3600), NOW, extension=extension
        ).acts
        is acts
    )


def test_a_project_that_ends_is_an_end_of_its_own():
    verdict = server_verdicts.decide_server(
        server(), Limits(idle=0, age=0), NOW, extension=ends.Extension(expires=ago(1))
    )
    assert verdict.rule == "age"


def test_an_extension_does_not_hold_a_start_that_never_ends():
    stuck = server(started=700, pending="spawn")
    extension = ends.Extension(until=ago(-600))
    assert server_verdicts.decide_server(stuck, Limits(pending=600), NOW, extension=extension).acts


@pytest.mark.parametrize(
    ("quiet", "answer", "rule"),
    [(900, True, "idle"), (900, False, ""), (10, True, "hook"), (10, False, "")],
)
def test_the_arbiter_decides_about_idleness(quiet, answer, rule):
    verdict = server_verdicts.decide_server(server(active=quiet), Limits(idle=600), NOW)
    assert server_verdicts.decide_with_hook(verdict, answer).rule == rule


def test_the_arbiter_does_not_lengthen_a_maximum_age():
    verdict = server_verdicts.decide_server(server(started=900), Limits(age=600), NOW)
    assert server_verdicts.decide_with_hook(verdict, False).rule == "age"


spans = st.integers(0, 10_000)
servers = st.builds(
    server,
    started=st.none() | st.integers(-100, 20_000),
    active=st.none() | st.integers(-100, 20_000),
    pending=st.sampled_from(["", "spawn", "stop", "check"]),
)
limits = st.builds(Limits, idle=spans, age=spans, pending=spans, exempt=st.booleans())
extensions = st.builds(
    ends.Extension,
    until=st.none() | st.integers(-20_000, 20_000).map(ago),
    expires=st.none() | st.integers(-20_000, 20_000).map(ago),
)


@given(servers, limits, extensions)
def test_a_stop_has_a_rule_that_is_on_and_due(it, limits, extension):
    verdict = server_verdicts.decide_server(it, limits, NOW, extension=extension)
    found = ends.find_ends(it, limits, extension)
    assert verdict.acts == (it.pending != "stop" and found.first is not None and found.first <= NOW)
    if verdict.rule == "idle":
        assert limits.idle
        assert not it.pending
        assert (it.last_activity or it.started) <= ago(limits.idle)
    if verdict.acts:
        assert not limits.exempt


@given(servers, limits, extensions, st.integers(0, 20_000))
def test_once_due_it_stays_due_until_something_happens(it, limits, extension, later):
    """Time alone never saves a server: the verdict does not flicker."""
    first = server_verdicts.decide_server(it, limits, NOW, extension=extension)
    after = server_verdicts.decide_server(
        it, limits, NOW + timedelta(seconds=later), extension=extension
    )
    assert after.acts or not first.acts


@given(servers, limits, st.integers(1, 9999))
def test_more_activity_never_shortens_a_life(it, limits, seconds):
    if it.last_activity is None:
        return
    busier = Server(
        it.user, it.name, it.started, it.last_activity + timedelta(seconds=seconds), it.pending
    )
    if server_verdicts.decide_server(busier, limits, NOW).acts:
        assert server_verdicts.decide_server(it, limits, NOW).acts
