"""Waiting for a session's first answer."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import pytest

from workshop_spawner.start import server_probe


@pytest.fixture
def bound():
    """A socket with a port of its own, on which nobody listens yet."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock


def url_of(bound):
    return f"http://127.0.0.1:{bound.getsockname()[1]}"


async def listening(bound):
    return await asyncio.start_server(lambda _r, w: w.close(), sock=bound)


async def test_a_server_is_noticed_soon_after_it_listens(bound):
    pauses, enough = [], asyncio.Event()

    async def pause(seconds):
        pauses.append(seconds)
        if len(pauses) == 20:
            enough.set()
        await asyncio.sleep(0)

    waiting = asyncio.ensure_future(server_probe.wait_for(url_of(bound), 60, pause))
    await enough.wait()
    assert not waiting.done()
    async with await listening(bound):
        assert await waiting
    assert (pauses[0], max(pauses)) == (server_probe.FIRST_PAUSE, server_probe.LONGEST_PAUSE)


async def test_a_failure_ends_the_wait_for_an_answer(bound):
    failed = asyncio.Event()

    async def fail():
        await failed.wait()
        return "its command ended"

    waiting = asyncio.ensure_future(server_probe.wait_unless(url_of(bound), 60, fail()))
    failed.set()
    assert await waiting == "its command ended"


@pytest.mark.parametrize("seconds", [60, 0.2], ids=["an answer", "no answer in time"])
async def test_no_failure_leaves_nothing_behind(bound, seconds):
    async with contextlib.AsyncExitStack() as stack:
        if seconds > 1:
            await stack.enter_async_context(await listening(bound))
        before = asyncio.all_tasks()
        never = asyncio.Event().wait()
        assert await server_probe.wait_unless(url_of(bound), seconds, never) is None
        assert asyncio.all_tasks() <= before


async def test_a_server_that_never_listens_is_given_up(bound):
    assert not await server_probe.wait_for(url_of(bound), 0.2)
