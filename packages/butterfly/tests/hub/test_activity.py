"""Reports of activity: their form, their pace, and a hub that does not take them."""

import asyncio
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tornado import httpserver, netutil, web

from jupyterhub_butterfly.hub import activity

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_a_report_names_server_and_user_with_a_zone():
    report = activity.make_report("two", NOW)
    assert report == {
        "servers": {"two": {"last_activity": "2026-01-02T03:04:05+00:00"}},
        "last_activity": "2026-01-02T03:04:05+00:00",
    }


@given(st.floats(1, 3600), st.integers(0, 1000), st.floats(0, 1))
def test_delays_are_spread_and_bounded(interval, failures, chance):
    delay = activity.make_delay(interval, failures, chance)
    assert 0 < delay <= max(1.1 * interval, 0)
    if failures:
        assert delay <= activity.LONGEST_BACKOFF


@given(st.floats(1, 3600), st.floats(0, 1))
def test_the_first_key_after_a_silence_is_told_soon(interval, chance):
    assert 0 <= activity.make_start(interval, chance) <= min(activity.LONGEST_START, interval / 10)


@pytest.fixture
async def hub():
    """A hub that answers activity reports as a test says, over real HTTP."""

    class Answers(list):
        used_up = asyncio.Event()

    seen, answers = [], Answers()

    class Activity(web.RequestHandler):
        async def post(self):
            seen.append((self.request.headers["Authorization"], json.loads(self.request.body)))
            self.set_status(answers.pop(0) if answers else 200)
            if not answers:
                answers.used_up.set()

    sockets = netutil.bind_sockets(0, "127.0.0.1")
    server = httpserver.HTTPServer(web.Application([("/activity", Activity)]))
    server.add_sockets(sockets)
    url = f"http://127.0.0.1:{sockets[0].getsockname()[1]}/activity"
    yield url, seen, answers
    server.stop()
    await server.close_all_connections()


async def test_only_what_is_new_is_reported(hub):
    url, seen, _ = hub
    reporter = activity.Reporter(url, "t0ken", "", interval=300)
    assert not await reporter.report()
    reporter.record()
    assert await reporter.report()
    assert not await reporter.report()
    assert [token for token, _ in seen] == ["token t0ken"]


@pytest.mark.parametrize("trouble", [500, 429, 403, 404])
async def test_a_report_that_was_not_taken_is_sent_again(hub, trouble):
    url, seen, answers = hub
    answers += [trouble, trouble, 200]
    taken = answers.used_up
    reporter = activity.Reporter(url, "t", "", interval=0.05)
    reporter.record()
    task = asyncio.create_task(reporter.report_forever())
    await taken.wait()
    task.cancel()
    assert len(seen) == 3


@pytest.fixture
def waits():
    """The reporter's waits in seconds, none of which takes time; `waits.reached(n)`: it began n."""

    class Waits(list):
        async def reached(self, number):
            async with asyncio.timeout(120):
                while len(self) < number:
                    await more.wait()
                    more.clear()

    more, begun = asyncio.Event(), Waits()

    async def wait(seconds):
        begun.append(seconds)
        more.set()
        if len(begun) % 2 == 0:  # after a report
            await go_on.acquire()

    go_on = asyncio.Semaphore(0)
    begun.go_on = go_on.release
    begun.sleep = wait
    return begun


async def test_who_comes_back_is_reported_at_once_and_who_goes_on_once_an_interval(hub, waits):
    url, seen, _ = hub
    reporter = activity.Reporter(url, "t", "", interval=300, sleep=waits.sleep)
    task = asyncio.create_task(reporter.report_forever())
    reporter.record()
    await waits.reached(2)
    assert len(seen) == 1, "told before an interval is over"
    assert waits[0] <= activity.LONGEST_START < 270 <= waits[1]
    reporter.record()
    reporter.record()
    assert len(seen) == 1
    waits.go_on()
    await waits.reached(4)
    assert len(seen) == 2
    waits.go_on()  # nobody types: nothing is told, and nothing is waited for
    await asyncio.sleep(0)
    assert len(waits) == 4
    task.cancel()


async def test_a_hub_that_is_away_stops_nothing(waits):
    reporter = activity.Reporter("http://127.0.0.1:1/", "t", "", interval=300, sleep=waits.sleep)
    reporter.record()
    task = asyncio.create_task(reporter.report_forever())
    for tried in (1, 2, 3):
        await waits.reached(2 * tried)
        assert waits[-1] <= 2**tried, "longer each time"
        waits.go_on()
    await waits.reached(8)  # the fourth time that nobody answered: no request is under way
    assert not task.done()
    task.cancel()
