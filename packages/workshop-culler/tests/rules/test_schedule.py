from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workshop_culler.rules import limits, schedule, server_verdicts
from workshop_culler.rules.limits import Limits
from workshop_culler.rules.models import Server

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def after(seconds):
    return NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("general", "entries", "shortest"),
    [
        (Limits(idle=600), [], 600),
        (Limits(idle=600, age=300), [], 300),
        (Limits(idle=0), [], 0),
        (Limits(idle=600), [{"match": {"user": "ada"}, "idle": 60}], 60),
        (Limits(idle=600), [{"idle": 0, "pending": 5}], 5),
    ],
)
def test_the_shortest_limit_of_all(general, entries, shortest):
    assert schedule.find_shortest(general, limits.make_policies(entries)) == shortest


@pytest.mark.parametrize(
    ("general", "entries", "alone"),
    [
        (Limits(idle=600), [], True),
        (Limits(idle=0), [], True),
        (Limits(idle=600, age=300), [], False),
        (Limits(idle=600, pending=300), [], False),
        (Limits(idle=600), [{"match": {"user": "ada"}, "idle": 60}], True),
        (Limits(idle=600), [{"match": {"user": "ada"}, "age": 60}], False),
        (Limits(idle=600, age=300), [{"age": 0}], False),
    ],
)
def test_whether_idleness_is_the_only_rule(general, entries, alone):
    assert schedule.is_idle_only(general, limits.make_policies(entries)) is alone


def remember(*active, idle=600):
    found = [
        (Server(str(n), started=NOW, last_activity=after(a)), Limits(idle=idle))
        for n, a in enumerate(active)
    ]
    return schedule.make_schedule(found, idle, NOW)


@pytest.mark.parametrize(
    ("it", "at", "suspects"),
    [
        pytest.param(None, 0, None, id="nothing is known after a start"),
        pytest.param(remember(0, -100), 300, [], id="nobody can be due yet"),
        pytest.param(remember(0, -100, -400), 300, ["2"], id="one may be"),
        pytest.param(remember(0), 600, None, id="new ones may be due by now"),
        pytest.param(remember(*[-500] * 11), 200, None, id="too many to ask one by one"),
    ],
)
def test_whom_to_look_at(it, at, suspects):
    found = schedule.find_suspects(it, after(at))
    assert (found if found is None else [server.user for server in found]) == suspects


def test_who_was_looked_at_is_as_found():
    it = remember(0, -400, -450)
    suspects = schedule.find_suspects(it, after(300))
    busy = Server("1", started=NOW, last_activity=after(290))
    renewed = schedule.renew(it, suspects, [(busy, Limits(idle=600))])
    assert schedule.find_suspects(renewed, after(300)) == []
    assert len(renewed.due) == 2


def test_who_was_stopped_is_forgotten():
    it = remember(-500, -450)
    assert len(schedule.forget(it, Server("0")).due) == 1


def test_without_limits_there_is_nothing_to_remember():
    assert schedule.make_schedule([], 0, NOW) is None


spans = st.integers(0, 2000)
# The first draws are slow on a machine with much to do, which says nothing of the rule.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@patient
@given(
    st.builds(Limits, idle=spans, age=spans, pending=spans),
    st.integers(-3000, 0),
    st.integers(-3000, 0),
    st.sampled_from(["", "spawn"]),
    st.integers(0, 3000),
    st.sampled_from(["", "spawn"]),
    st.integers(0, 3000),
)
def test_nobody_who_is_due_is_left_out(found, started, active, pending, wait, later, typed):
    """Whatever a server did since it was listed: if it is due, the pass looks at it."""
    server = Server("ada", "", after(started), after(max(started, active)), pending)
    kept = schedule.make_schedule([(server, found)], schedule.find_shortest(found, ()), NOW)
    suspects = schedule.find_suspects(kept, after(wait))
    then = replace(server, pending=later if pending else "")
    if typed < wait:
        then = replace(then, last_activity=max(then.last_activity, after(typed)))
    if server_verdicts.decide_server(then, found, after(wait)).acts:
        assert suspects is None or server in suspects


@patient
@given(
    st.builds(Limits, idle=spans, age=spans, pending=spans),
    st.integers(0, 3000),
    st.integers(0, 3000),
)
def test_nobody_who_came_later_is_left_out(found, came, wait):
    kept = schedule.make_schedule([], schedule.find_shortest(found, ()), NOW)
    server = Server("ada", "", after(came), after(came))
    if came <= wait and server_verdicts.decide_server(server, found, after(wait)).acts:
        assert schedule.find_suspects(kept, after(wait)) is None
