import asyncio
import contextlib
import logging

import pytest

from waiting import until_so
from workshop_culler.events import sender
from workshop_culler.events.rules.changes import SeenSession
from workshop_culler.events.rules.deliveries import KEEP_SECONDS, Attempt


class ToldReceiver:
    """Takes events as told, the last answer again and again; then waits to be let go."""

    def __init__(self, name, *statuses, wanted=""):
        self.name, self.statuses, self.wanted = name, list(statuses), wanted
        self.got = []
        self.asked = asyncio.Event()

    def is_for(self, type_):
        return self.wanted in type_

    async def deliver(self, event):
        self.got.append(event.id)
        self.asked.set()
        if not self.statuses:
            await asyncio.Event().wait()
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return Attempt(status, f"it answered {status}")

    async def close(self):
        pass


@contextlib.asynccontextmanager
async def sending(queue, receiver, log, counted, **changes):
    async def no_sleep(_):
        await asyncio.sleep(0)

    known = {"sleep": no_sleep, "clock": lambda: 0.0} | changes
    made = sender.Sender(queue, receiver, log, lambda *args: counted.append(args), **known)
    task = asyncio.create_task(made.run())
    try:
        yield made
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def fill(queue, *names, users=("ada", "bob")):
    queue.add_destinations(names)
    seen = [SeenSession(user, started="t") for user in users]
    queue.record(seen, "2026-11-30T12:00:00Z", 0.0, lambda _: "")


async def test_each_event_is_sent_until_it_has_its_receipt(queue, log, caplog):
    caplog.set_level(logging.INFO)
    fill(queue, "chat")
    receiver, counted = ToldReceiver("chat", 500, 500, 0, 200), []
    async with sending(queue, receiver, log, counted):
        await until_so(lambda: queue.count_waiting("chat") == 0)
    assert len(receiver.got) == 5
    assert len(set(receiver.got)) == 2
    assert counted.count(("chat", "retry")) == 3
    assert caplog.text.count("events wait for chat: it answered 500") == 1
    assert "events reach chat again" in caplog.text


async def test_what_a_receiver_will_not_have_is_given_up_and_others_follow(queue, log, caplog):
    fill(queue, "chat")
    receiver, counted = ToldReceiver("chat", 400, 400, 400, 400, 400, 200), []
    async with sending(queue, receiver, log, counted):
        await until_so(lambda: len(counted) == 6)
    assert counted[-2:] == [("chat", "given up"), ("chat", "delivered")]
    assert "given up for chat: it answered 400" in caplog.text


async def test_what_is_a_day_old_is_given_up(queue, log):
    fill(queue, "chat")
    counted = []
    late = {"clock": lambda: KEEP_SECONDS}
    async with sending(queue, ToldReceiver("chat", 503), log, counted, **late):
        await until_so(lambda: len(counted) == 2)
    assert counted == [("chat", "given up")] * 2


async def test_one_that_hangs_holds_up_no_other(queue, log):
    fill(queue, "hangs", "chat")
    hangs, chat = ToldReceiver("hangs"), ToldReceiver("chat", 200)
    async with sending(queue, hangs, log, []), sending(queue, chat, log, []):
        await hangs.asked.wait()
        await until_so(lambda: queue.count_waiting("chat") == 0)
    assert queue.count_waiting("hangs") == 2
    # Ended there, the same event is sent by the next one.
    after = ToldReceiver("hangs", 200)
    async with sending(queue, after, log, []):
        await until_so(lambda: queue.count_waiting("hangs") == 0)
    assert after.got[0] == hangs.got[0]


@pytest.mark.parametrize("wanted", ["requested", "ended"])
async def test_what_a_destination_does_not_take_is_passed_over(queue, log, wanted):
    fill(queue, "chat", users=("ada",))
    receiver = ToldReceiver("chat", 200, wanted=wanted)
    async with sending(queue, receiver, log, []) as made:
        await until_so(lambda: queue.count_waiting("chat") == 0)
        queue.record([], "2026-11-30T12:00:00Z", 0.0, lambda _: "")
        made.news.set()
        await until_so(lambda: queue.count_waiting("chat") == 0)
    assert len(receiver.got) == 1
