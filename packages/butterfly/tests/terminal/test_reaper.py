"""Statuses of ended programs are collected, and what does not end is killed."""

import asyncio

import pytest

from jupyterhub_butterfly.terminal import reaper


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch):
    """Programs of other tests, whose loop is closed, wait for ever."""
    monkeypatch.setattr(reaper.Undertaker, "waiting", set())


class Child:
    """Ends when it has been asked so often, or when it is killed."""

    def __init__(self, asked):
        self.asked = asked
        self.signals = []

    def reap(self):
        self.asked -= 1
        return self.asked < 0 or bool(self.signals)

    def signal(self, number):
        self.signals.append(number)


async def settle():
    async with asyncio.timeout(5):
        while reaper.Undertaker.waiting:
            await asyncio.sleep(0.01)


async def test_who_has_ended_is_collected_at_once():
    reaper.Undertaker.bury(Child(0))
    assert not reaper.Undertaker.waiting


async def test_who_needs_a_moment_is_asked_again():
    child = Child(3)
    reaper.Undertaker.bury(child)
    assert child in reaper.Undertaker.waiting
    await settle()
    assert child.signals == []


async def test_who_does_not_end_is_killed(monkeypatch):
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "call_later", lambda delay, act, *args: loop.call_soon(act, *args))
    child = Child(10**9)
    reaper.Undertaker.bury(child)
    await settle()
    assert child.signals == [9]
