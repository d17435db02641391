"""Waiting for a session's first answer."""

import asyncio
import socket

from workshop_spawner import answering


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


async def test_a_server_is_noticed_soon_after_it_listens():
    port, loop = free_port(), asyncio.get_running_loop()
    waiting = asyncio.ensure_future(answering.wait_for(f"http://127.0.0.1:{port}", 10))
    await asyncio.sleep(1)
    assert not waiting.done()
    server = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", port)
    since = loop.time()
    assert await waiting
    assert loop.time() - since < answering.LONGEST_PAUSE + 0.2
    server.close()
    await server.wait_closed()


async def test_a_server_that_never_listens_is_given_up():
    assert not await answering.wait_for(f"http://127.0.0.1:{free_port()}", 0.2)
