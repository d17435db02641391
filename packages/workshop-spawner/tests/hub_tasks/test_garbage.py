"""Python's garbage collector in a hub."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from workshop_spawner.hub_tasks import garbage


@pytest.mark.parametrize(
    ("collections", "ended", "calm", "aside", "look"),
    [
        (0, 0, 5, 0, "NOTHING"),
        (5, 500, 999, 9999, "NOTHING"),
        (6, 0, 0, 0, "NEW"),
        (6, 500, 999, 0, "NEW"),
        (6, 0, 999, 9999, "NEW"),
        (6, 1, 59, 300, "NEW"),
        (6, 1, 60, 299, "NEW"),
        (6, 1, 60, 300, "ALL"),
        (6, 499, 0, 9999, "NEW"),
        (6, 500, 0, 1, "ALL"),
    ],
)
def test_what_is_looked_through(collections, ended, calm, aside, look):
    found = garbage.decide_look(collections, ended=ended, calm=calm, aside=aside)
    assert found is garbage.Look[look]


class Hub:
    """A hub's clock, starts and objects; each pause is a turn, and the last one ends it.

    A turn is the number of collections so far, whether a start is under way, and how many
    sessions have ended.
    """

    def __init__(self, *turns, took=0.0):
        self.turns = list(turns)
        self.took = took
        self.now = 1.0
        self.done = []

    def collect(self):
        self.now += self.took
        self.done.append("collect")

    def freeze(self):
        self.done.append("freeze")

    def unfreeze(self):
        self.done.append("unfreeze")

    def get_count(self):
        return 0, 0, self.counted

    async def sleep(self, seconds):
        if not self.turns:
            raise asyncio.CancelledError
        self.now += seconds
        self.counted, self.rush, self.ended = self.turns.pop(0)

    async def run(self):
        collector = garbage.CalmCollector(
            lambda: self.rush, lambda: self.ended, clock=lambda: self.now, collector=self
        )
        with pytest.raises(asyncio.CancelledError):
            await collector.run(self.sleep)
        return self.done


async def test_what_is_not_due_is_left():
    assert await Hub((3, False, 0), (5, False, 0)).run() == []


async def test_what_stays_is_put_aside_where_a_look_takes_long():
    hub = Hub((6, True, 0), (6, False, 0), took=1 / 128)
    assert await hub.run() == ["collect", "collect"]
    assert await Hub((6, True, 0), took=1 / 64).run() == ["collect", "freeze"]


LONG_LOOK = ["collect", "freeze"]
LOOK_AT_ALL = ["unfreeze", "collect", "freeze"]


async def test_what_was_put_aside_is_looked_through_in_a_long_calm():
    turns = [(6, True, 0), *[(0, False, 1)] * 299, (6, False, 1), (6, False, 1)]
    looks = await Hub(*turns, took=1 / 64).run()
    assert looks == [*LONG_LOOK, *LOOK_AT_ALL, *LONG_LOOK]


async def test_a_crowd_has_it_looked_through_when_many_have_ended():
    turns = [(6, True, ended) for ended in (20, 519, 520, 1019, 1020)]
    looks = await Hub(*turns, took=1 / 64).run()
    assert looks == [*LONG_LOOK * 2, *LOOK_AT_ALL, *LONG_LOOK, *LOOK_AT_ALL]


CROWD = """
import gc
from workshop_spawner.hub_tasks import garbage
full = []
gc.callbacks.append(lambda phase, info: full.append(phase) if info["generation"] == 2 else None)
before = gc.get_threshold()
garbage.put_aside()
kept = [[[] for _ in range(100)] for _ in range(20_000)]
print(gc.get_freeze_count() > 10_000, len(full), gc.get_threshold()[:2] == before[:2])
"""


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="Python 3.14 looks through them by parts")
def test_a_crowd_begins_no_look_at_all_objects():
    done = subprocess.run([sys.executable, "-c", CROWD], capture_output=True, text=True)
    assert done.stdout == "True 0 True\n", done.stderr


ENDED = """
import asyncio, gc, weakref
from workshop_spawner.hub_tasks import garbage

class Session:
    pass

garbage.LONG_SECONDS = 0
garbage.DUE = -1
now, session = 0.0, Session()
session.itself, gone = session, weakref.ref(session)

async def sleep(seconds):
    global now, session
    now += seconds
    if now == 2:
        session = None
    if now == 301:
        print(gone() is not None and gc.get_freeze_count() > 0)
    if now == 302:
        print(gone() is None)
        raise SystemExit

asyncio.run(garbage.CalmCollector(lambda: False, lambda: now > 1, clock=lambda: now).run(sleep))
"""


def test_a_session_that_ended_while_put_aside_is_freed():
    done = subprocess.run([sys.executable, "-c", ENDED], capture_output=True, text=True)
    assert done.stdout == "True\nTrue\n", done.stderr
