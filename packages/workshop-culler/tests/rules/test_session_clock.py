from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_culler.rules import ends, server_verdicts, session_clock
from workshop_culler.rules.limits import Limits
from workshop_culler.rules.models import Server

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BOTH = Limits(idle=600, age=3600, extend=900, extend_limit=1800)


def after(seconds):
    return NOW + timedelta(seconds=seconds)


def server(started=-1000, active=-100, **more):
    return Server("ada", started=after(started), last_activity=after(active), **more)


def test_the_clock_tells_both_ends_and_the_first():
    time = session_clock.make_clock(server(), BOTH, ends.NO_EXTENSION, NOW)
    assert (time.idle_ends, time.age_ends, time.ends) == (after(500), after(2600), after(500))


@pytest.mark.parametrize(
    ("idle_from", "idle_ends", "first"),
    [(None, -100, -100), (-500, -100, -100), (200, 200, 200), (9000, 9000, 2600)],
)
def test_while_idleness_is_on_hold_it_ends_nobody(idle_from, idle_ends, first):
    """The clock says what the passes do: not "ends in less than a minute" for five minutes."""
    until = None if idle_from is None else after(idle_from)
    idle = server(active=-700)
    time = session_clock.make_clock(idle, BOTH, ends.NO_EXTENSION, NOW, idle_from=until)
    assert (time.idle_ends, time.ends) == (after(idle_ends), after(first))
    assert (time.extend_to is None) == (first > 900)


@pytest.mark.parametrize(
    ("it", "limits", "extension", "to"),
    [
        pytest.param(server(), BOTH, {}, 900, id="idle end is near"),
        pytest.param(server(active=0), Limits(idle=9999), {}, None, id="time enough"),
        pytest.param(server(), Limits(idle=0, age=0), {}, None, id="no end at all"),
        pytest.param(server(started=-3500), BOTH, {}, 900, id="age end is near"),
        pytest.param(
            server(started=-5000), BOTH, {"until": after(50)}, 400, id="what the limit leaves"
        ),
        pytest.param(server(started=-5400), BOTH, {"until": after(9)}, None, id="limit reached"),
        pytest.param(server(started=-5375), BOTH, {"until": after(9)}, None, id="hardly a gain"),
        pytest.param(server(), Limits(extend=0), {}, None, id="no extensions here"),
        pytest.param(server(), Limits(exempt=True, age=1), {}, None, id="exempt"),
        pytest.param(
            server(),
            Limits(idle=0, extend_limit=60),
            {"expires": after(10)},
            70,
            id="the end on the project",
        ),
        pytest.param(
            server(),
            Limits(idle=0, extend_limit=60),
            {"expires": after(30), "first": after(10), "until": after(30)},
            70,
            id="the limit counts from the project's first end",
        ),
        pytest.param(
            server(),
            Limits(idle=0),
            {"expires": after(10), "limit": after(200)},
            200,
            id="the project's own limit",
        ),
        pytest.param(
            server(),
            Limits(idle=0, extend_limit=60),
            {"expires": after(10), "limit": after(200)},
            70,
            id="the earlier of two limits",
        ),
        pytest.param(
            server(),
            BOTH,
            {"expires": after(10), "limit": after(10)},
            None,
            id="no extension wanted",
        ),
    ],
)
def test_extensions(it, limits, extension, to):
    verdict = session_clock.decide_extension(it, limits, ends.Extension(**extension), NOW)
    assert verdict.until == (None if to is None else after(to))
    assert bool(verdict.why_not) == (to is None)


def test_an_instructor_is_not_held_by_the_limit():
    it = server(started=-5400)
    verdict = session_clock.decide_extension(
        it, BOTH, ends.Extension(until=after(9)), NOW, unlimited=True
    )
    assert verdict.until == after(900)


def test_nobody_goes_beyond_the_limit_on_the_project():
    it, limits = server(started=-100), Limits(idle=0, extend=900)
    extension = ends.Extension(expires=after(10), limit=after(300))
    to = session_clock.decide_extension(it, limits, extension, NOW, unlimited=True).until
    assert to == after(300)
    extended = ends.Extension(until=to, expires=to, first=after(10), limit=after(300))
    last = session_clock.decide_extension(it, limits, extended, after(200), unlimited=True)
    assert (last.until, "as far as it may be" in last.why_not) == (None, True)
    beyond = ends.Extension(until=after(9000), expires=after(10), limit=after(300))
    assert ends.find_ends(it, limits, beyond).age == after(300), "whoever wrote it down"


@given(
    st.integers(-9000, 0),
    st.integers(-9000, 0),
    st.integers(0, 5000),
    st.integers(0, 5000),
    st.integers(1, 2000),
    st.integers(0, 4000),
)
def test_extensions_never_pass_the_limit_and_always_end(started, active, idle, age, step, most):
    limits = Limits(idle=idle, age=age, extend=step, extend_limit=most)
    it, now, extension = server(started, max(started, active)), NOW, ends.NO_EXTENSION
    for _ in range(10_000):
        to = session_clock.decide_extension(it, limits, extension, now).until
        if to is None:
            break
        assert to > now
        if age:
            assert to <= it.started + timedelta(seconds=age + most)
        extension = ends.Extension(until=to)
        assert not server_verdicts.decide_server(
            it, limits, to - timedelta(seconds=1), extension=extension
        ).acts
        now = to
        if not age:
            break


def test_as_json():
    shown = session_clock.render_clock(
        session_clock.make_clock(server(), BOTH, ends.NO_EXTENSION, NOW)
    )
    assert shown["ends"] == "2026-03-01T12:08:20Z"
    assert (shown["seconds_left"], shown["warn"], shown["may_extend"]) == (500, False, True)
    assert shown["extends_to"] == "2026-03-01T12:15:00Z"


def test_without_an_end_there_is_nothing_to_warn_of():
    shown = session_clock.render_clock(
        session_clock.make_clock(server(), Limits(idle=0), ends.NO_EXTENSION, NOW)
    )
    assert (shown["ends"], shown["seconds_left"], shown["warn"]) == (None, None, False)


def test_it_warns_near_the_end():
    shown = session_clock.render_clock(
        session_clock.make_clock(server(active=-400), BOTH, ends.NO_EXTENSION, NOW)
    )
    assert shown["warn"]
