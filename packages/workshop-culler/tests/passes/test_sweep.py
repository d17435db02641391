import asyncio
import itertools
import logging
from dataclasses import asdict, replace
from datetime import timedelta

import pytest

from workshop_culler.clients import hub as hub_client
from workshop_culler.config.settings import Settings
from workshop_culler.errors import TemporaryError
from workshop_culler.passes import sweep
from workshop_culler.rules import ends, limits, user_verdicts
from workshop_culler.rules.models import Server, User

IDLE = limits.Limits(idle=600)
pytestmark = [pytest.mark.hub, pytest.mark.asyncio(loop_scope="module")]


def rules(**more):
    return Settings(general=IDLE, **more)


async def run(culler_hub, log, found=None, ahead=0, **more):
    async with culler_hub.client(seconds=ahead) as client:
        return await sweep.Sweep(client, found or rules(), log, **more).run()


async def test_idle_servers_stop_and_others_go_on(culler_hub, log):
    await culler_hub.start_server("ada")
    await culler_hub.start_server("ada", "lab")
    await culler_hub.start_server("bob")
    kept = await run(culler_hub, log, ahead=500)
    assert kept.judged == {"server": 3}
    assert await culler_hub.running() == ["ada", "ada/lab", "bob"]
    found = limits.make_policies([{"match": {"user": "bob"}, "idle": 0}])
    done = await run(culler_hub, log, rules(ordered=found), ahead=700)
    assert done.done == {"server": 2}
    assert done.ok
    assert await culler_hub.running() == ["bob"]
    assert done.hub_requests == 3


@pytest.mark.parametrize(("found", "cause"), [(IDLE, "idle"), (limits.Limits(age=600), "age")])
async def test_why_a_session_is_stopped_is_there_for_it_to_ask(culler_hub, log, found, cause):
    await culler_hub.start_server("ada")
    async with culler_hub.client(seconds=700) as client:
        work = sweep.Sweep(client, Settings(general=found), log)
        (ada,) = (await client.find_user("ada")).servers
        assert work.endings.find(ada) == ""
        await work.run()
        assert work.endings.find(ada) == cause


async def test_passes_in_between_look_only_at_who_may_be_due(culler_hub, log):
    await culler_hub.start_server("ada")
    await culler_hub.start_server("bob")
    late = {"now": 0.0}
    found = Settings(
        general=limits.Limits(idle=600),
        ordered=limits.make_policies([{"match": {"user": "bob"}, "idle": 900}]),
    )
    async with culler_hub.client() as client:
        work = sweep.Sweep(client, found, log, wall=lambda: late["now"])

        async def run_at(seconds):
            late["now"], client.ahead = seconds, timedelta(seconds=seconds)
            return await work.run()

        assert ((await run_at(0)).judged["server"], (await run_at(300)).judged) == (2, {})
        assert (await run_at(650)).done == {"server": 1}  # the whole list: 600 s have gone by
        between = await run_at(800)
        assert (between.hub_requests, between.done) == (1, {})  # whether the hub is there
        late_one = await run_at(1000)
        assert (late_one.hub_requests, late_one.done) == (2, {"server": 1})
    assert await culler_hub.running() == []


async def test_a_pass_that_has_nobody_to_look_at_sees_that_the_hub_is_away(culler_hub, log):
    """Else idleness would not be put on hold: sessions cannot report to a hub that is away."""
    async with culler_hub.client() as client:
        work = sweep.Sweep(client, rules(), log)
        assert not (await work.run()).outage
        await culler_hub.hub.kill()
        assert (await work.run()).outage


async def test_while_idleness_is_on_hold_and_nothing_else_could_end_them_none_is_listed(
    culler_hub, log
):
    await culler_hub.start_server("ada")
    held = await run(culler_hub, log, ahead=700, idle_suspended=True)
    assert (held.hub_requests, held.judged, held.ok) == (1, {}, True)
    with_age = rules(ordered=limits.make_policies([{"match": {"user": "ada"}, "age": 600}]))
    assert (await run(culler_hub, log, with_age, 700, idle_suspended=True)).done == {"server": 1}


async def test_a_jump_of_the_hubs_clock_ends_nobody_in_the_pass_that_sees_it(culler_hub, log):
    await culler_hub.start_server("ada")
    time = {"now": 0.0}
    found = rules(limits_hook=lambda **_: None)  # so that each pass looks at all
    async with culler_hub.client() as client:
        work = sweep.Sweep(client, found, log, clock=lambda: time["now"], grace_seconds=330)
        assert (await work.run()).done == {}
        time["now"], client.ahead = 3.0, timedelta(seconds=703)
        assert (await work.run()).done == {}
        assert work.idle_suspended
        # It stays ahead: then what nobody has used for that long is idle.
        time["now"], client.ahead = 334.0, timedelta(seconds=1034)
        work.suspend_idle(work.idle_resumes)
        assert (await work.run()).done == {"server": 1}


async def test_without_any_limit_servers_are_not_listed(culler_hub, log):
    await culler_hub.start_server("ada")
    done = await run(culler_hub, log, Settings(general=limits.Limits(idle=0)), ahead=9000)
    assert (done.hub_requests, done.judged) == (1, {})


async def test_a_dry_run_does_nothing(culler_hub, log):
    await culler_hub.start_server("ada")
    done = await run(culler_hub, log, rules(dry_run=True), ahead=700)
    assert [(row.name, row.verdict.rule, row.done) for row in done.rows] == [("ada", "idle", "")]
    assert await culler_hub.running() == ["ada"]


async def test_a_start_that_never_ends_is_interrupted_by_age(culler_hub, log):
    await culler_hub.start_server("ada", seconds=-1)
    found = Settings(general=limits.Limits(idle=0, age=3600))
    assert (await run(culler_hub, log, found, ahead=60)).done == {}
    assert (await run(culler_hub, log, found, ahead=3700)).done == {"server": 1}
    assert await culler_hub.running() == []


async def test_named_servers_are_removed_if_asked(culler_hub, log):
    await culler_hub.start_server("ada", "lab")
    found = Settings(general=limits.Limits(idle=600, remove=True))
    await run(culler_hub, log, found, ahead=700)
    _, user = await culler_hub.hub.api("GET", "users/ada?include_stopped_servers=1")
    assert "lab" not in user["servers"]


async def test_anonymous_users_go_after_their_session(culler_hub, log):
    for name in ("v1", "v2"):
        await culler_hub.add_user(name, "workshop-anonymous")
    await culler_hub.add_user("ada")
    await culler_hub.start_server("v2")
    users = user_verdicts.UserRules(anonymous_group="workshop-anonymous", anonymous=300)
    found = Settings(general=limits.Limits(idle=0), users=users)
    await run(culler_hub, log, found, ahead=200)
    assert await culler_hub.users() == ["ada", "root", "v1", "v2"]
    done = await run(culler_hub, log, found, ahead=400)
    assert done.done == {"user": 1}
    assert await culler_hub.users() == ["ada", "root", "v2"]


async def test_a_hook_that_raises_keeps_its_server_and_no_other(culler_hub, log, caplog):
    await culler_hub.start_server("ada")
    await culler_hub.start_server("bob")

    def arbiter(inactive, inactive_limit, server):
        if server["full_name"] == "ada/":
            raise KeyError("oops")
        return inactive.total_seconds() >= inactive_limit

    done = await run(culler_hub, log, rules(arbiter=arbiter), ahead=700)
    assert await culler_hub.running() == ["ada"]
    assert "could not be judged" in done.troubles[0]


async def test_on_hold_the_hook_is_not_asked_about_idleness(culler_hub, log):
    await culler_hub.start_server("ada")
    found = rules(arbiter=lambda **_: True)
    assert (await run(culler_hub, log, found, ahead=700, idle_suspended=True)).done == {}
    assert (await run(culler_hub, log, found)).done == {"server": 1}


async def test_a_limits_hook_may_be_a_coroutine(culler_hub, log):
    await culler_hub.start_server("ada")

    async def hook(server, limits):
        assert isinstance(server, Server)
        return {"idle": limits.idle + 300}

    assert (await run(culler_hub, log, rules(limits_hook=hook), ahead=700)).done == {}
    assert (await run(culler_hub, log, rules(limits_hook=hook), ahead=1000)).done == {"server": 1}


async def test_an_extension_holds(culler_hub, log):
    await culler_hub.start_server("ada")
    async with culler_hub.client(seconds=700) as client:
        await client.whoami()
        extension = ends.Extension(until=client.now + (client.ahead))
        done = await sweep.Sweep(
            client, rules(), log, find_extension=lambda server: extension
        ).run()
    assert done.done == {}


async def test_someone_who_came_back_during_a_long_pass_is_kept(culler_hub, log):
    """The list is old by the time it is acted on: the hub is asked again."""
    await culler_hub.start_server("ada")
    ticks = itertools.chain([0.0] * 4, itertools.repeat(60.0))  # the stop comes a minute late
    async with culler_hub.client(seconds=700) as client:
        listed = client.list_users

        async def list_and_type(state="active", **more):
            users = await listed(state, **more)
            client.ahead *= 0
            return users

        client.list_users = list_and_type
        done = await sweep.Sweep(client, rules(), log, clock=lambda: next(ticks)).run()
    assert (done.judged["server"], done.done) == (1, {})
    assert await culler_hub.running() == ["ada"]


async def test_many_slow_stops_run_side_by_side(culler_hub, log):
    """How many at once, see clients/test_hub.py."""
    await asyncio.gather(*(culler_hub.start_server(f"u{n}", stop=1) for n in range(25)))
    done = await run(culler_hub, log, ahead=700)
    assert done.done == {"server": 25}
    assert done.seconds < 20


async def test_a_hub_that_is_away_ends_the_pass_and_nothing_else(culler_hub, log):
    await culler_hub.start_server("ada")
    await culler_hub.hub.kill()
    async with culler_hub.client(seconds=700) as client:
        done = await sweep.Sweep(client, rules(), log).run()
    assert done.outage
    assert "no answer" in done.troubles[0]


async def test_a_hub_that_was_killed_and_came_back(culler_hub, log):
    """Restarted on its database, its servers are adopted, judged and stopped."""
    await culler_hub.start_server("ada")
    await culler_hub.hub.kill()
    await culler_hub.hub.start()
    assert await culler_hub.running() == ["ada"]
    assert (await run(culler_hub, log, ahead=700)).done == {"server": 1}


async def test_a_hub_that_dies_in_the_middle_of_a_pass(culler_hub, log):
    """What was asked of it is told as failed; the pass ends; the next one finishes the work."""
    for name in ("ada", "bob", "cy"):
        await culler_hub.start_server(name)
    async with culler_hub.client(seconds=700) as client:
        plain = client.stop_server

        async def stop_and_die(user, server="", **more):
            if user == "ada":
                stopped = await plain(user, server, **more)
                await culler_hub.hub.kill()
                return stopped
            await culler_hub.hub.process.wait()
            return await plain(user, server, **more)

        client.stop_server = stop_and_die
        done = await sweep.Sweep(client, rules(), log).run()
    assert (done.done, done.failures, done.ok) == ({"server": 1}, 2, False)
    await culler_hub.hub.start()
    assert (await run(culler_hub, log, ahead=700)).done == {"server": 2}
    assert await culler_hub.running() == []


async def test_a_token_that_was_revoked_is_an_outage_and_told(culler_hub, log):
    await culler_hub.start_server("ada")
    address = replace(culler_hub.address, token="wrong")
    async with hub_client.Hub(address, log) as client:
        done = await sweep.Sweep(client, rules(), log).run()
    assert done.outage
    assert "403" in done.troubles[0]
    assert await culler_hub.running() == ["ada"]


class Faulty:
    """A hub's client that fails for one user; all other answers are of a list in memory."""

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
    client = Faulty(users, now)
    with caplog.at_level(logging.INFO):
        done = await sweep.Sweep(client, rules(), log).run()
    assert client.stopped == ["a", "slow", "z"]
    assert (done.failures, done.done["server"], done.ok) == (1, 3, False)
    assert "outcome='stopping'" in caplog.text
    assert asdict(done.rows[0].verdict)["rule"] == "idle"
