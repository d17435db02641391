import asyncio
import contextlib
import logging
import socket

import pytest
from aiohttp import web

from pocket_openshift.loopback_server import LoopbackServer


@pytest.fixture
async def server():
    """A server whose one page never comes, and how its request ended."""
    asked, ended = asyncio.Event(), asyncio.Event()

    async def wait(request):
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    app = web.Application()
    app.router.add_get("/", wait)
    made = LoopbackServer(app)
    made.asked, made.ended = asked, ended
    yield made
    await made.close()


@contextlib.asynccontextmanager
async def asking(port, data=b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    yield reader
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


async def test_it_listens_on_loopback_only(server):
    port = await server.listen()
    with pytest.raises(OSError, match=r"127\.0\.0\.2"):
        await asyncio.open_connection("127.0.0.2", port)


async def test_it_listens_on_several_ports(server):
    ports = {await server.listen(), await server.listen()}
    assert len(ports) == 2
    for port in ports:
        async with asking(port, b"GET /none HTTP/1.0\r\n\r\n") as reader:
            assert b"404" in await asyncio.wait_for(reader.read(), 120)


async def test_a_port_that_is_taken_is_said(server):
    with socket.create_server(("127.0.0.1", 0)) as held, pytest.raises(OSError, match="in use"):
        await server.listen(held.getsockname()[1])


async def test_a_client_that_leaves_ends_its_request(server):
    async with asking(await server.listen()):
        await asyncio.wait_for(server.asked.wait(), 120)
        assert server.connections == 1
    await asyncio.wait_for(server.ended.wait(), 120)


async def test_what_is_open_is_cut_at_the_end(server):
    async with asking(await server.listen()) as reader:
        await asyncio.wait_for(server.asked.wait(), 120)
        await asyncio.wait_for(server.close(), 120)
        assert server.ended.is_set()
        assert await asyncio.wait_for(reader.read(), 120) == b""


async def test_who_is_cut_at_the_end_cannot_come_back():
    asked, came_back = asyncio.Event(), []

    async def wait(_request):
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                came_back.append(False)
            else:
                came_back.append(True)
                writer.close()

    app = web.Application()
    app.router.add_get("/", wait)
    made = LoopbackServer(app)
    port = await made.listen()
    async with asking(port):
        await asyncio.wait_for(asked.wait(), 120)
        await asyncio.wait_for(made.close(), 120)
    assert came_back == [False]


async def test_what_is_no_http_is_not_written_down(server, caplog):
    with caplog.at_level(logging.INFO):
        async with asking(await server.listen(), b"\x16\x03\x01\r\n\r\n") as reader:
            assert b"400" in await asyncio.wait_for(reader.read(), 120)
    assert caplog.records == []
