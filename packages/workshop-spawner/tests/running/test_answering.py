"""Waiting for a session's first answer."""

import asyncio
import contextlib
import socket

import pytest

from workshop_spawner.running import answering


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


async def listening(port):
    return await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", port)


async def test_a_server_is_noticed_soon_after_it_listens(monkeypatch):
    port, pauses, enough = free_port(), [], asyncio.Event()

    async def pause(seconds):
        pauses.append(seconds)
        if len(pauses) == 20:
            enough.set()
        await asyncio.sleep(0)

    monkeypatch.setattr(answering, "_pause", pause)
    waiting = asyncio.ensure_future(answering.wait_for(f"http://127.0.0.1:{port}", 60))
    await enough.wait()
    assert not waiting.done()
    async with await listening(port):
        assert await waiting
    assert (pauses[0], max(pauses)) == (answering.FIRST_PAUSE, answering.LONGEST_PAUSE)


async def test_a_failure_ends_the_wait_for_an_answer():
    failed = asyncio.Event()

    async def fail():
        await failed.wait()
        return "its command ended"

    url = f"http://127.0.0.1:{free_port()}"
    waiting = asyncio.ensure_future(answering.wait_unless(url, 60, fail()))
    failed.set()
    assert await waiting == "its command ended"


@pytest.mark.parametrize("seconds", [60, 0.2], ids=["an answer", "no answer in time"])
async def test_no_failure_leaves_nothing_behind(seconds):
    port = free_port()
    async with contextlib.AsyncExitStack() as stack:
        if seconds > 1:
            await stack.enter_async_context(await listening(port))
        before = asyncio.all_tasks()
        never = asyncio.Event().wait()
        assert await answering.wait_unless(f"http://127.0.0.1:{port}", seconds, never) is None
        assert asyncio.all_tasks() <= before


async def test_a_server_that_never_listens_is_given_up():
    assert not await answering.wait_for(f"http://127.0.0.1:{free_port()}", 0.2)
