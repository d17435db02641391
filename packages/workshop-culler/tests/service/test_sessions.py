import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from workshop_culler.config.settings import Settings
from workshop_culler.errors import Gone
from workshop_culler.passes import cluster_sweep, metrics, sweep
from workshop_culler.passes.report import Report
from workshop_culler.rules import labels, orphans, permissions
from workshop_culler.rules.limits import Limits
from workshop_culler.rules.models import Server
from workshop_culler.rules.times import parse_time, render_time
from workshop_culler.service import sessions, state_store

OWNER = labels.Owner("lab", "workshops", "system:serviceaccount:workshops:hub")
ADA = permissions.Person("ada", scopes=frozenset({"access:servers!server=ada/"}))
GRACE = permissions.Person("grace", scopes=frozenset({"delete:servers"}))
RULES = Settings(general=Limits(idle=600, age=3600, extend=1800, extend_limit=1800))


def on_module_loop(test):
    return pytest.mark.hub(pytest.mark.asyncio(loop_scope="module")(test))


@pytest.fixture
def open_desk(tmp_path, log):
    """A desk over a hub's door, perhaps with a janitor."""

    def make(door, keeper=None):
        work = sweep.Sweep(door, RULES, log, keeper)
        book = state_store.Ledger(tmp_path / "state.json", log)
        book.read()
        made = sessions.Desk(door, work, book, metrics.Metrics(), log, keeper)
        work.find_grant = made.find_grant
        return made

    return make


@on_module_loop
async def test_an_extended_session_is_not_ended_by_the_sweep(classroom, open_desk):
    await classroom.start_server("ada")
    async with classroom.door(seconds=500) as door:
        counter = open_desk(door)
        server = await counter.find_server("ada", "")
        await counter.extend(server, ADA)
        door.ahead *= 4
        assert (await counter.work.run()).done == {}
        door.ahead *= 2
        assert (await counter.work.run()).done == {"server": 1}


@on_module_loop
async def test_the_limit_of_extensions_is_told(classroom, open_desk):
    await classroom.start_server("ada")
    async with classroom.door(seconds=0) as door:
        counter = open_desk(door)
        server = await counter.find_server("ada", "")
        for ahead in (0, 1800, 3600):
            door.ahead = timedelta(seconds=ahead)
            server = await counter.find_server("ada", "")
            await counter.extend(server, ADA)
        door.ahead = timedelta(seconds=5390)
        server = await counter.find_server("ada", "")
        with pytest.raises(sessions.Refused, match="Not extended"):
            await counter.extend(server, ADA)
        clock = await counter.extend(server, GRACE)
        assert clock.ends == counter.now + timedelta(seconds=1800)


@on_module_loop
async def test_many_askers_make_one_list(classroom, open_desk):
    await classroom.start_server("ada")
    async with classroom.door() as door:
        counter = open_desk(door)
        lists = await asyncio.gather(*(counter.list_servers() for _ in range(50)))
        assert door.requests == 1
        assert {len(servers) for servers in lists} == {1}


@on_module_loop
async def test_no_such_session(classroom, open_desk):
    await classroom.add_user("bob")
    async with classroom.door() as door:
        for name in ("bob", "nobody"):
            with pytest.raises(Gone):
                await open_desk(door).find_server(name, "")


@on_module_loop
async def test_an_extension_is_written_on_the_project(classroom, grounds, open_desk, log, tmp_path):
    """With the file lost, a culler that starts anew reads it from the cluster."""
    await classroom.start_server("ada")
    grounds.add_session("ada", annotations={labels.EXPIRES: "2026-01-01T00:00:00Z"})
    async with classroom.door() as door, grounds.door() as side:
        keeper = cluster_sweep.Janitor(side, door, OWNER, orphans.Rules(), log)
        await keeper.look(Report())
        counter = open_desk(door, keeper)
        server = await counter.find_server("ada", "")
        clock = await counter.extend(server, GRACE)
        (tmp_path / "state.json").unlink()
        anew = open_desk(door, keeper)
        await keeper.look(Report())
        grant = anew.find_grant(server)
        assert grant.until == clock.ends
        assert grant.expires == clock.ends
        assert grant.first.year == 2026
        assert grant.first < clock.ends


@on_module_loop
async def test_nobody_extends_beyond_the_limit_on_the_project(classroom, grounds, open_desk, log):
    """What the spawner's `session_age_limit` wrote there holds for owners and instructors."""
    await classroom.start_server("ada")
    now = datetime.now(UTC)
    ends = {labels.EXPIRES: 60, labels.EXPIRES_LIMIT: 200}
    notes = {name: render_time(now + timedelta(seconds=left)) for name, left in ends.items()}
    grounds.add_session("ada", annotations=notes)
    async with classroom.door() as door, grounds.door() as side:
        keeper = cluster_sweep.Janitor(side, door, OWNER, orphans.Rules(), log)
        await keeper.look(Report())
        counter = open_desk(door, keeper)
        server = await counter.find_server("ada", "")
        clock = await counter.extend(server, ADA)
        assert clock.ends == parse_time(notes[labels.EXPIRES_LIMIT])
        for person in (ADA, GRACE):
            with pytest.raises(sessions.Refused, match="as far as it may be"):
                await counter.extend(server, person)
        await keeper.look(Report())
        noted = keeper.projects()[server.key].annotations
        assert noted[labels.EXPIRES] == notes[labels.EXPIRES_LIMIT]


@on_module_loop
async def test_who_deletes_their_project_has_the_same_end(classroom, grounds, open_desk, log):
    """An admin of a project may delete it; the session's pod still says when it is over."""
    await classroom.start_server("ada")
    now = datetime.now(UTC)
    ends = {labels.EXPIRES: 60, labels.EXPIRES_LIMIT: 200}
    notes = {name: render_time(now + timedelta(seconds=left)) for name, left in ends.items()}
    grounds.add_session("ada", annotations=notes)
    grounds.add_pod("ada", annotations=notes)
    async with classroom.door() as door, grounds.door() as side:
        keeper = cluster_sweep.Janitor(side, door, OWNER, orphans.Rules(), log)
        counter = open_desk(door, keeper)
        server = await counter.find_server("ada", "")
        assert grounds.cluster.request("DELETE", "/api/v1/namespaces/lab-ada").status == 200
        await keeper.look(Report())
        assert keeper.projects() == {}
        assert counter.find_grant(server).expires == parse_time(notes[labels.EXPIRES])
        clock = await counter.extend(server, ADA)
        assert clock.ends == parse_time(notes[labels.EXPIRES_LIMIT])
        door.ahead = timedelta(seconds=300)
        assert (await counter.work.run()).done["server"] == 1


@on_module_loop
async def test_a_cluster_that_refuses_the_note_does_not_refuse_the_person(
    classroom, grounds, open_desk, log, caplog
):
    await classroom.start_server("ada")
    grounds.add_session("ada")
    async with classroom.door() as door, grounds.door() as side:
        keeper = cluster_sweep.Janitor(side, door, OWNER, orphans.Rules(), log)
        await keeper.look(Report())
        grounds.cluster.faults.add(verb="patch", resource="namespaces", times=None, status=500)
        counter = open_desk(door, keeper)
        server = await counter.find_server("ada", "")
        clock = await counter.extend(server, ADA)
        assert counter.find_grant(server).until == clock.ends
    assert "not noted on project" in caplog.text


def test_pages_of_the_notes_are_bounded(open_desk, monkeypatch):
    monkeypatch.setattr(sessions, "MOST_PAGES", 2)
    counter = open_desk(None)
    for name in ("a", "b", "a", "c"):
        counter.note_page(Server(name), f"page of {name}")
    assert list(counter.pages) == [("a", ""), ("c", "")]


def test_a_session_started_anew_is_at_no_page_yet(open_desk):
    counter, before = open_desk(None), datetime(2026, 3, 1, tzinfo=UTC)
    counter.note_page(Server("ada", started=before), "2 Pods")
    assert counter.find_page(Server("ada", started=before)) == "2 Pods"
    assert counter.find_page(Server("ada", started=before + timedelta(hours=1))) == ""
    assert counter.find_page(Server("ada", started=before - timedelta(hours=1))) == "2 Pods"
    assert counter.find_page(Server("bob", started=before)) == ""
