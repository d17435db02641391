import asyncio
import dataclasses
import itertools
import logging
from datetime import timedelta

import pytest

from workshop_culler.config.settings import Settings
from workshop_culler.errors import TemporaryError
from workshop_culler.passes import sweep
from workshop_culler.rules import ends, limits, user_verdicts
from workshop_culler.rules.models import Server, User

IDLE = limits.Limits(idle=600)
pytestmark = [pytest.mark.hub, pytest.mark.asyncio(loop_scope="module")]


def rules(**more):
    return Settings(general=IDLE, **more)


async def run(classroom, log, found=None, ahead=0, **more):
    async with classroom.door(seconds=ahead) as door:
        return await sweep.Sweep(door, found or rules(), log, **more).run()


async def test_idle_servers_stop_and_others_go_on(classroom, log):
    await classroom.start_server("ada")
    await classroom.start_server("ada", "lab")
    await classroom.start_server("bob")
    kept = await run(classroom, log, ahead=500)
    assert kept.judged == {"server": 3}
    assert await classroom.running() == ["ada", "ada/lab", "bob"]
    found = limits.make_policies([{"match": {"user": "bob"}, "idle": 0}])
    done = await run(classroom, log, rules(ordered=found), ahead=700)
    assert done.done == {"server": 2}
    assert done.ok
    assert await classroom.running() == ["bob"]
    assert done.hub_requests == 3


async def test_passes_in_between_look_only_at_who_may_be_due(classroom, log):
    await classroom.start_server("ada")
    await classroom.start_server("bob")
    late = {"now": 0.0}
    found = Settings(
        general=limits.Limits(idle=600),
        ordered=limits.make_policies([{"match": {"user": "bob"}, "idle": 900}]),
    )
    async with classroom.door() as door:
        work = sweep.Sweep(door, found, log, wall=lambda: late["now"])

        async def run_at(seconds):
            late["now"], door.ahead = seconds, timedelta(seconds=seconds)
            return await work.run()

        assert ((await run_at(0)).judged["server"], (await run_at(300)).judged) == (2, {})
        assert (await run_at(650)).done == {"server": 1}  # the whole list: 600 s have gone by
        between = await run_at(800)
        assert (between.hub_requests, between.done) == (1, {})  # whether the hub is there
        late_one = await run_at(1000)
        assert (late_one.hub_requests, late_one.done) == (2, {"server": 1})
    assert await classroom.running() == []


async def test_a_pass_that_has_nobody_to_look_at_sees_that_the_hub_is_away(classroom, log):
    """Else idleness would not be put on hold: sessions cannot report to a hub that is away."""
    async with classroom.door() as door:
        door._sleep = _no_sleep
        work = sweep.Sweep(door, rules(), log)
        assert not (await work.run()).outage
        await classroom.hub.kill()
        assert (await work.run()).outage


async def test_while_idleness_is_on_hold_and_nothing_else_could_end_them_none_is_listed(
    classroom, log
):
    await classroom.start_server("ada")
    held = await run(classroom, log, ahead=700, idle_on_hold=True)
    assert (held.hub_requests, held.judged, held.ok) == (1, {}, True)
    with_age = rules(ordered=limits.make_policies([{"match": {"user": "ada"}, "age": 600}]))
    assert (await run(classroom, log, with_age, 700, idle_on_hold=True)).done == {"server": 1}


async def test_without_any_limit_servers_are_not_listed(classroom, log):
    await classroom.start_server("ada")
    done = await run(classroom, log, Settings(general=limits.Limits(idle=0)), ahead=9000)
    assert (done.hub_requests, done.judged) == (1, {})


async def test_a_dry_run_does_nothing(classroom, log):
    await classroom.start_server("ada")
    done = await run(classroom, log, rules(dry_run=True), ahead=700)
    assert [(row.name, row.verdict.rule, row.done) for row in done.rows] == [("ada", "idle", "")]
    assert await classroom.running() == ["ada"]


async def test_a_start_that_never_ends_is_interrupted_by_age(classroom, log):
    await classroom.start_server("ada", seconds=-1)
    found = Settings(general=limits.Limits(idle=0, age=3600))
    assert (await run(classroom, log, found, ahead=60)).done == {}
    assert (await run(classroom, log, found, ahead=3700)).done == {"server": 1}
    assert await classroom.running() == []


async def test_named_servers_are_removed_if_asked(classroom, log):
    await classroom.start_server("ada", "lab")
    found = Settings(general=limits.Limits(idle=600, remove=True))
    await run(classroom, log, found, ahead=700)
    _, user = await classroom.hub.api("GET", "users/ada?include_stopped_servers=1")
    assert "lab" not in user["servers"]


async def test_anonymous_users_go_after_their_session(classroom, log):
    for name in ("v1", "v2"):
        await classroom.add_user(name, "workshop-anonymous")
    await classroom.add_user("ada")
    await classroom.start_server("v2")
    users = user_verdicts.UserRules(anonymous_group="workshop-anonymous", anonymous=300)
    found = Settings(general=limits.Limits(idle=0), users=users)
    await run(classroom, log, found, ahead=200)
    assert await classroom.users() == ["ada", "root", "v1", "v2"]
    done = await run(classroom, log, found, ahead=400)
    assert done.done == {"user": 1}
    assert await classroom.users() == ["ada", "root", "v2"]


async def test_a_hook_that_raises_keeps_its_server_and_no_other(classroom, log, caplog):
    await classroom.start_server("ada")
    await classroom.start_server("bob")

    def arbiter(inactive, inactive_limit, server):
        if server["full_name"] == "ada/":
            raise KeyError("oops")
        return inactive.total_seconds() >= inactive_limit

    done = await run(classroom, log, rules(arbiter=arbiter), ahead=700)
    assert await classroom.running() == ["ada"]
    assert "could not be judged" in done.troubles[0]


async def test_on_hold_the_hook_is_not_asked_about_idleness(classroom, log):
    await classroom.start_server("ada")
    found = rules(arbiter=lambda **_: True)
    assert (await run(classroom, log, found, ahead=700, idle_on_hold=True)).done == {}
    assert (await run(classroom, log, found)).done == {"server": 1}


async def test_a_limits_hook_may_be_a_coroutine(classroom, log):
    await classroom.start_server("ada")

    async def hook(server, limits):
        assert isinstance(server, Server)
        return {"idle": limits.idle + 300}

    assert (await run(classroom, log, rules(limits_hook=hook), ahead=700)).done == {}
    assert (await run(classroom, log, rules(limits_hook=hook), ahead=1000)).done == {"server": 1}


async def test_an_extension_holds(classroom, log):
    await classroom.start_server("ada")
    async with classroom.door(seconds=700) as door:
        await door.whoami()
        grant = ends.Grant(until=door.now + (door.ahead))
        done = await sweep.Sweep(door, rules(), log, find_grant=lambda server: grant).run()
    assert done.done == {}


async def test_someone_who_came_back_during_a_long_pass_is_kept(classroom, log):
    """The list is old by the time it is acted on: the hub is asked again."""
    await classroom.start_server("ada")
    ticks = itertools.chain([0.0] * 4, itertools.repeat(60.0))  # the stop comes a minute late
    async with classroom.door(seconds=700) as door:
        listed = door.list_users

        async def list_and_type(state="active", **more):
            users = await listed(state, **more)
            door.ahead *= 0
            return users

        door.list_users = list_and_type
        done = await sweep.Sweep(door, rules(), log, clock=lambda: next(ticks)).run()
    assert (done.judged["server"], done.done) == (1, {})
    assert await classroom.running() == ["ada"]


async def test_many_slow_stops_run_side_by_side(classroom, log):
    """As many at once as allowed, and no more."""
    await asyncio.gather(*(classroom.start_server(f"u{n}", stop=0.3) for n in range(25)))
    now, most = 0, 0
    async with classroom.door(seconds=700) as door:
        plain = door._try

        async def count(*args):
            nonlocal now, most
            now += 1
            most = max(most, now)
            try:
                return await plain(*args)
            finally:
                now -= 1

        door._try = count
        done = await sweep.Sweep(door, rules(), log).run()
    assert done.done == {"server": 25}
    assert most == 20


async def test_a_hub_that_is_away_ends_the_pass_and_nothing_else(classroom, log):
    await classroom.start_server("ada")
    await classroom.hub.kill()
    async with classroom.door(seconds=700) as door:
        door._sleep = _no_sleep
        done = await sweep.Sweep(door, rules(), log).run()
    assert done.outage
    assert "no answer" in done.troubles[0]


async def test_a_hub_that_was_killed_and_came_back(classroom, log):
    """Restarted on its database, its servers are adopted, judged and stopped."""
    await classroom.start_server("ada")
    await classroom.hub.kill()
    await classroom.hub.start()
    assert await classroom.running() == ["ada"]
    assert (await run(classroom, log, ahead=700)).done == {"server": 1}


async def test_a_hub_that_dies_in_the_middle_of_a_pass(classroom, log):
    """What was asked of it is told as failed; the pass ends; the next one finishes the work."""
    for name in ("ada", "bob", "cy"):
        await classroom.start_server(name)
    async with classroom.door(seconds=700) as door:
        door._sleep = _no_sleep
        plain = door.stop_server

        async def stop_and_die(user, server="", **more):
            if user == "ada":
                stopped = await plain(user, server, **more)
                await classroom.hub.kill()
                return stopped
            await classroom.hub.process.wait()
            return await plain(user, server, **more)

        door.stop_server = stop_and_die
        done = await sweep.Sweep(door, rules(), log).run()
    assert (done.done, done.failures, done.ok) == ({"server": 1}, 2, False)
    await classroom.hub.start()
    assert (await run(classroom, log, ahead=700)).done == {"server": 2}
    assert await classroom.running() == []


async def test_a_token_that_was_revoked_is_an_outage_and_told(classroom, log):
    await classroom.start_server("ada")
    async with classroom.door(seconds=700) as door:
        door._session.headers["Authorization"] = "token wrong"
        done = await sweep.Sweep(door, rules(), log).run()
    assert done.outage
    assert "403" in done.troubles[0]
    assert await classroom.running() == ["ada"]


async def _no_sleep(seconds):
    pass


class Faulty:
    """A hub's door that fails for one user; all other answers are of a list in memory."""

    requests = 0

    def __init__(self, users, now):
        self.users, self.now, self.stopped = users, now, []

    async def list_users(self, state="active", enough=None):
        return [u for u in self.users if bool(u.servers) == (state == "active")]

    async def stop_server(self, user, server="", remove=False):
        if user == "bad":
            raise TemporaryError("503")
        self.stopped.append(user)
        return user != "slow"


async def test_one_bad_stop_never_stops_the_sweep(log, caplog):
    from datetime import UTC, datetime, timedelta

    now = datetime(2026, 3, 1, tzinfo=UTC)
    old = now - timedelta(hours=1)
    users = [
        User(name, servers=(Server(name, started=old, last_activity=old),))
        for name in ("a", "bad", "slow", "z")
    ]
    door = Faulty(users, now)
    with caplog.at_level(logging.INFO):
        done = await sweep.Sweep(door, rules(), log).run()
    assert door.stopped == ["a", "slow", "z"]
    assert (done.failures, done.done["server"], done.ok) == (1, 3, False)
    assert "outcome='stopping'" in caplog.text
    assert dataclasses.asdict(done.rows[0].verdict)["rule"] == "idle"
