import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from workshop_culler.config.settings import Settings
from workshop_culler.errors import GoneError
from workshop_culler.passes import metrics, sweep
from workshop_culler.passes.report import Report
from workshop_culler.rules import permissions, report_rates, session_rows
from workshop_culler.rules.limits import Limits
from workshop_culler.rules.models import Server
from workshop_culler.rules.session_reports import CountedTests
from workshop_culler.rules.times import render_time
from workshop_culler.service import live_sessions, sessions, state_store
from workshop_kube import labels
from workshop_kube.rules.times import parse_time

ADA = permissions.TokenOwner("ada", scopes=frozenset({"access:servers!server=ada/"}))
SEES_ALL = permissions.TokenOwner("hal", scopes=frozenset({"read:servers"}))
GRACE = permissions.TokenOwner("grace", scopes=frozenset({"delete:servers"}))
RULES = Settings(general=Limits(idle=600, age=3600, extend=1800, extend_limit=1800))


def on_module_loop(test):
    return pytest.mark.hub(pytest.mark.asyncio(loop_scope="module")(test))


@pytest.fixture
def open_service(tmp_path, log):
    """A session_service over a hub's client, perhaps with a cluster_sweep."""

    def make(client, cleaner=None):
        work = sweep.Sweep(client, RULES, log, cleaner)
        store = state_store.StateStore(tmp_path / "state.json", log)
        store.read()
        made = sessions.SessionService(client, work, store, metrics.Metrics(), log, cleaner)
        work.find_extension = made.find_extension
        return made

    return make


@on_module_loop
async def test_an_extended_session_is_not_ended_by_the_sweep(culler_hub, open_service):
    await culler_hub.start_server("ada")
    async with culler_hub.client(seconds=500) as client:
        counter = open_service(client)
        server = await counter.find_server("ada", "")
        await counter.extend(server, ADA)
        client.ahead *= 4
        assert (await counter.work.run()).done == {}
        client.ahead *= 2
        assert (await counter.work.run()).done == {"server": 1}


@on_module_loop
async def test_while_idleness_is_on_hold_all_clocks_say_so(culler_hub, open_service, log):
    """After a start of the culler an idle session is not "ending" for minutes."""
    await culler_hub.start_server("ada")
    async with culler_hub.client(seconds=700) as client:
        counter = open_service(client)
        counter.work.clock = lambda: 1000.0
        counter.work.suspend_idle(1300.0)
        server = await counter.find_server("ada", "")
        clock = await counter.make_clock(server)
        assert clock.ends == counter.now + timedelta(seconds=300)
        rows = await live_sessions.LiveSessions(counter, log).list_rows(SEES_ALL, [server])
        assert rows["ada/"]["ends"] == render_time(clock.ends)
        assert (await counter.work.run()).done == {}
        counter.work.suspend_idle(1000.0)
        assert (await counter.make_clock(server)).ends < counter.now
        assert (await counter.work.run()).done == {"server": 1}


@on_module_loop
async def test_the_limit_of_extensions_is_told(culler_hub, open_service):
    await culler_hub.start_server("ada")
    async with culler_hub.client(seconds=0) as client:
        counter = open_service(client)
        server = await counter.find_server("ada", "")
        for ahead in (0, 1800, 3600):
            client.ahead = timedelta(seconds=ahead)
            server = await counter.find_server("ada", "")
            await counter.extend(server, ADA)
        client.ahead = timedelta(seconds=5390)
        server = await counter.find_server("ada", "")
        with pytest.raises(sessions.RefusedError, match="Not extended"):
            await counter.extend(server, ADA)
        clock = await counter.extend(server, GRACE)
        assert clock.ends == counter.now + timedelta(seconds=1800)


@on_module_loop
async def test_many_askers_make_one_list(culler_hub, open_service):
    await culler_hub.start_server("ada")
    async with culler_hub.client() as client:
        counter = open_service(client)
        lists = await asyncio.gather(*(counter.list_servers() for _ in range(50)))
        assert client.requests == 1
        assert {len(servers) for servers in lists} == {1}


@on_module_loop
async def test_no_such_session(culler_hub, open_service):
    await culler_hub.add_user("bob")
    async with culler_hub.client() as client:
        for name in ("bob", "nobody"):
            with pytest.raises(GoneError):
                await open_service(client).find_server(name, "")


@on_module_loop
async def test_an_extension_is_written_on_the_project(
    culler_hub, session_cluster, open_service, log, tmp_path
):
    """With the file lost, a culler that restarts reads it from the cluster."""
    await culler_hub.start_server("ada")
    session_cluster.add_session("ada", annotations={labels.EXPIRES: "2026-01-01T00:00:00Z"})
    async with culler_hub.client() as client, session_cluster.client() as side:
        cleaner = session_cluster.make_sweep(side, client)
        await cleaner.look(Report())
        counter = open_service(client, cleaner)
        server = await counter.find_server("ada", "")
        clock = await counter.extend(server, GRACE)
        (tmp_path / "state.json").unlink()
        again = open_service(client, cleaner)
        await cleaner.look(Report())
        extension = again.find_extension(server)
        assert extension.until == clock.ends
        assert extension.expires == clock.ends
        assert extension.first.year == 2026
        assert extension.first < clock.ends


@on_module_loop
async def test_nobody_extends_beyond_the_limit_on_the_project(
    culler_hub, session_cluster, open_service, log
):
    """What the spawner's `session_age_limit` wrote there holds for owners and instructors."""
    await culler_hub.start_server("ada")
    now = datetime.now(UTC)
    ends = {labels.EXPIRES: 60, labels.EXPIRES_LIMIT: 200}
    notes = {name: render_time(now + timedelta(seconds=left)) for name, left in ends.items()}
    session_cluster.add_session("ada", annotations=notes)
    async with culler_hub.client() as client, session_cluster.client() as side:
        cleaner = session_cluster.make_sweep(side, client)
        await cleaner.look(Report())
        counter = open_service(client, cleaner)
        server = await counter.find_server("ada", "")
        clock = await counter.extend(server, ADA)
        assert clock.ends == parse_time(notes[labels.EXPIRES_LIMIT])
        for person in (ADA, GRACE):
            with pytest.raises(sessions.RefusedError, match="as far as it may be"):
                await counter.extend(server, person)
        await cleaner.look(Report())
        noted = cleaner.projects()[server.key].annotations
        assert noted[labels.EXPIRES] == notes[labels.EXPIRES_LIMIT]


@on_module_loop
async def test_who_deletes_their_project_has_the_same_end(
    culler_hub, session_cluster, open_service, log
):
    """An admin of a project may delete it; the session's pod still says when it is over."""
    await culler_hub.start_server("ada")
    now = datetime.now(UTC)
    ends = {labels.EXPIRES: 60, labels.EXPIRES_LIMIT: 200}
    notes = {name: render_time(now + timedelta(seconds=left)) for name, left in ends.items()}
    session_cluster.add_session("ada", annotations=notes)
    session_cluster.add_pod("ada", annotations=notes)
    async with culler_hub.client() as client, session_cluster.client() as side:
        cleaner = session_cluster.make_sweep(side, client)
        counter = open_service(client, cleaner)
        server = await counter.find_server("ada", "")
        assert session_cluster.cluster.request("DELETE", "/api/v1/namespaces/lab-ada").status == 200
        await cleaner.look(Report())
        assert cleaner.projects() == {}
        assert counter.find_extension(server).expires == parse_time(notes[labels.EXPIRES])
        clock = await counter.extend(server, ADA)
        assert clock.ends == parse_time(notes[labels.EXPIRES_LIMIT])
        client.ahead = timedelta(seconds=300)
        assert (await counter.work.run()).done["server"] == 1


@on_module_loop
async def test_a_cluster_that_refuses_the_note_does_not_refuse_the_person(
    culler_hub, session_cluster, open_service, log, caplog
):
    await culler_hub.start_server("ada")
    session_cluster.add_session("ada")
    async with culler_hub.client() as client, session_cluster.client() as side:
        cleaner = session_cluster.make_sweep(side, client)
        await cleaner.look(Report())
        session_cluster.cluster.faults.add(
            verb="patch", resource="namespaces", times=None, status=500
        )
        counter = open_service(client, cleaner)
        server = await counter.find_server("ada", "")
        clock = await counter.extend(server, ADA)
        assert counter.find_extension(server).until == clock.ends
    assert "not noted on project" in caplog.text


async def test_a_session_that_tells_too_much_is_refused(open_service):
    counter = open_service(None)
    for _ in range(report_rates.AT_ONCE):
        counter.check_rate("ada")
    with pytest.raises(sessions.TooOftenError, match="try again in half a minute"):
        counter.check_rate("ada")
    counter.check_rate("bob")


class Clock:
    """A hub's client that knows what time it is."""

    def __init__(self, now):
        self.now = now


async def test_who_is_longer_on_a_page_than_those_before_is_stuck(open_service):
    start = datetime(2026, 3, 1, tzinfo=UTC)
    hub = Clock(start)
    counter = open_service(hub)
    for name in ("bob", "cy", "di"):
        counter.note_page(Server(name), "1 of 3: Start")
    hub.now += timedelta(seconds=120)
    for name in ("bob", "cy", "di"):
        counter.note_page(Server(name), "2 of 3: Pods")
    counter.note_page(Server("ada"), "1 of 3: Start")
    hub.now += timedelta(seconds=359)
    counter.note_page(Server("ada"), "1 of 3: Start")  # told again: still there
    assert not counter.find_reports(Server("ada")).is_stuck
    hub.now += timedelta(seconds=1)
    found = counter.find_reports(Server("ada"))
    assert (found.is_stuck, found.page_since) == (True, start + timedelta(seconds=120))
    assert not counter.find_reports(Server("bob")).is_stuck, "nobody has gone on from there yet"


async def test_what_a_session_told(open_service):
    counter = open_service(Clock(datetime(2026, 3, 1, tzinfo=UTC)))
    ada = Server("ada", started=datetime(2026, 3, 1, tzinfo=UTC))
    assert counter.find_reports(ada) == session_rows.SessionReports()
    counter.note_page(ada, "2 Pods")
    counter.tests.note(ada, CountedTests(1))
    await counter.store.raise_hand(ada, "help", ada.started)
    told = counter.find_reports(ada)
    assert (told.page, told.tests, told.hand.text) == ("2 Pods", CountedTests(1), "help")
